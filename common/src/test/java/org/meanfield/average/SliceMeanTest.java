package org.meanfield.average;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.IntBuffer;
import java.nio.ShortBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The mean must not know who added what, in which order, on which process. */
class SliceMeanTest {
  private static final int LENGTH = 1000;
  private static final int WORKERS = 11;
  private final float[] base = States.base(1, LENGTH);
  private final List<float[]> states =
      IntStream.range(0, WORKERS).mapToObj(worker -> States.moved(base, 2 + worker)).toList();

  @Test
  void everyGroupingAndOrderGivesTheSameBits() {
    float[] expected = grouped(List.of(IntStream.range(0, WORKERS).boxed().toList()), 1);
    for (int seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      List<Integer> order = new ArrayList<>(IntStream.range(0, WORKERS).boxed().toList());
      Collections.shuffle(order, random);
      List<List<Integer>> groups = new ArrayList<>();
      for (int next = 0; next < WORKERS; ) {
        int end = Math.min(WORKERS, next + 1 + random.nextInt(4));
        groups.add(order.subList(next, end));
        next = end;
      }
      assertThat(grouped(groups, 1 + random.nextInt(4))).isEqualTo(expected);
    }
  }

  @Test
  void inOnePlaceItGivesTheSameBits() {
    float[] expected = grouped(List.of(IntStream.range(0, WORKERS).boxed().toList()), 1);
    float[] mean = new float[LENGTH];
    for (int index = 0; index < 3; index++) {
      Slice slice = Slice.of(index, 3, LENGTH);
      List<SliceMean.Part> parts = new ArrayList<>();
      for (int worker = 0; worker < WORKERS; worker++) {
        // Every other state is there as this slice alone.
        boolean whole = worker % 2 == 0;
        float[] state = states.get(worker);
        float[] there = whole ? state : Arrays.copyOfRange(state, slice.from(), slice.to());
        parts.add(new SliceMean.Part(there, whole ? slice.from() : 0, share(worker)));
      }
      SliceMean.of(slice, base, parts, mean);
    }
    assertThat(mean).isEqualTo(expected);
  }

  /** A float rounds this move up to 1, which would double the unit. */
  @Test
  void theUnitIsThatOfTheMoveBeforeItIsRounded() {
    float[] before = new float[LENGTH];
    float[] after = new float[LENGTH];
    Arrays.fill(before, -0x1.8p-25f);
    Arrays.fill(after, 0x1.fffffep-1f);
    after[1] = Float.NEGATIVE_INFINITY; // of no use, and nobody's business here
    short[] exponents = new short[Slice.all(LENGTH).blocks()];
    SliceMean mean = new SliceMean(Slice.all(LENGTH));
    mean.raise(before, after, 0);
    mean.putExponents(ShortBuffer.wrap(exponents));
    assertThat(exponents[0]).isEqualTo((short) (Double.MAX_EXPONENT + 2));
    assertThat(exponents[1]).isEqualTo((short) 0);
  }

  @Test
  void aBlockThatNothingMovesStaysAsItIs() {
    float[] mean = new float[LENGTH];
    List<SliceMean.Part> parts = Collections.nCopies(2, new SliceMean.Part(base.clone(), 0, 0.5));
    SliceMean.of(Slice.all(LENGTH), base, parts, mean);
    assertThat(mean).isEqualTo(base);
  }

  @Test
  void isTheWeightedMeanToTheLastBitsOfTheLargestMove() {
    float[] mean = grouped(List.of(IntStream.range(0, WORKERS).boxed().toList()), 1);
    for (int i = 0; i < LENGTH; i++) {
      double expected = 0;
      double largest = 0;
      for (int worker = 0; worker < WORKERS; worker++) {
        expected += share(worker) * states.get(worker)[i];
        int first = i / Slice.BLOCK * Slice.BLOCK;
        for (int j = first; j < Math.min(first + Slice.BLOCK, LENGTH); j++) {
          largest = Math.max(largest, Math.abs(states.get(worker)[j] - base[j]));
        }
      }
      double unit = largest * 2 * Math.pow(2, -30);
      assertThat((double) mean[i])
          .isCloseTo(expected, within(WORKERS * unit + Math.ulp((float) expected)));
    }
  }

  @Test
  void theLargestMovesOfAllWorkersTogetherDoNotOverflow() {
    float[] zero = new float[LENGTH];
    float[] most = new float[LENGTH];
    Arrays.fill(most, Float.MAX_VALUE);
    for (int workers : new int[] {2, 3, 7, 4096}) {
      SliceMean mean = new SliceMean(Slice.all(LENGTH));
      mean.raise(zero, most, 0);
      for (int worker = 0; worker < workers; worker++) {
        mean.add(zero, most, 0, 1.0 / workers);
      }
      float[] result = new float[LENGTH];
      mean.finish(zero, result);
      assertThat(result[0]).isBetween(Float.MAX_VALUE * 0.99999f, Float.MAX_VALUE);
    }
  }

  @Test
  void valuesThatAreNotNegativeHaveAMeanThatIsNot() {
    float[] before = States.moments(1, LENGTH);
    for (int workers : new int[] {2, 3, 10}) {
      List<float[]> after =
          IntStream.range(0, workers)
              .mapToObj(worker -> States.moments(workers * 100 + worker, LENGTH))
              .toList();
      SliceMean mean = new SliceMean(Slice.all(LENGTH));
      after.forEach(state -> mean.raise(before, state, 0));
      after.forEach(state -> mean.add(before, state, 0, 1.0 / workers));
      float[] result = new float[LENGTH];
      mean.finish(before, result);
      for (float value : result) {
        assertThat(value).isGreaterThanOrEqualTo(0);
      }
    }
  }

  @Test
  void slicesCoverAStateAndCutNoBlock() {
    for (int length : new int[] {1, 255, 256, 257, 1000, 431_080}) {
      for (int parts : new int[] {1, 2, 3, 16}) {
        int next = 0;
        for (int i = 0; i < parts; i++) {
          Slice slice = Slice.of(i, parts, length);
          assertThat(slice.from()).isEqualTo(next);
          next = slice.to();
        }
        assertThat(next).isEqualTo(length);
      }
    }
    assertThatThrownBy(() -> new Slice(1, 300)).isInstanceOf(IllegalArgumentException.class);
  }

  /** As processes do it: agree on units, add up each group's workers, then the groups. */
  private float[] grouped(List<List<Integer>> groups, int slices) {
    float[] result = new float[LENGTH];
    for (int index = 0; index < slices; index++) {
      Slice slice = Slice.of(index, slices, LENGTH);
      short[] exponents = new short[slice.blocks()];
      List<SliceMean> parts = new ArrayList<>();
      SliceMean all = new SliceMean(slice);
      for (List<Integer> group : groups) {
        SliceMean part = new SliceMean(slice);
        group.forEach(worker -> part.raise(base, states.get(worker), slice.from()));
        part.putExponents(ShortBuffer.wrap(exponents));
        all.raise(ShortBuffer.wrap(exponents));
        parts.add(part);
      }
      all.putExponents(ShortBuffer.wrap(exponents));
      for (int group = 0; group < groups.size(); group++) {
        SliceMean part = parts.get(group);
        part.agree(ShortBuffer.wrap(exponents));
        groups
            .get(group)
            .forEach(worker -> part.add(base, states.get(worker), slice.from(), share(worker)));
        int[] sums = new int[slice.length()];
        part.putSums(IntBuffer.wrap(sums));
        all.add(IntBuffer.wrap(sums));
      }
      all.finish(base, result);
    }
    return result;
  }

  private static double share(int worker) {
    return (worker + 1) / (WORKERS * (WORKERS + 1) / 2.0);
  }
}
