package org.meanfield.average;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExchangeCodecTest {
  private static final int LENGTH = 700;
  private final float[] base = States.base(1, LENGTH);
  private final float[] state = States.moved(base, 2);

  @ParameterizedTest
  @EnumSource
  void slicesAreCodedOnTheirOwn(ExchangeCodec codec) {
    float[] whole = travelled(codec, base, state, 1);
    assertThat(travelled(codec, base, state, 1)).isEqualTo(whole);
    assertThat(travelled(codec, base, state, 3)).isEqualTo(whole);
  }

  @ParameterizedTest
  @EnumSource
  void whatDidNotMoveStays(ExchangeCodec codec) {
    assertThat(travelled(codec, base, base, 1)).isEqualTo(base);
  }

  @ParameterizedTest
  @EnumSource
  void momentsStayAboveZero(ExchangeCodec codec) {
    float[] before = States.moments(3, LENGTH);
    float[] decoded = travelled(codec, before, States.moments(4, LENGTH), 1);
    for (float value : decoded) {
      assertThat(value).isGreaterThanOrEqualTo(0);
    }
    for (int i = 0; i < LENGTH; i++) {
      before[i] = -before[i];
    }
    float[] mirrored = travelled(codec, before, negative(States.moments(4, LENGTH)), 1);
    assertThat(negative(mirrored)).isEqualTo(decoded);
  }

  @ParameterizedTest
  @EnumSource
  void largestMovesStayFinite(ExchangeCodec codec) {
    float[] low = new float[LENGTH];
    float[] high = new float[LENGTH];
    Arrays.fill(low, -Float.MAX_VALUE / 2);
    Arrays.fill(high, Float.MAX_VALUE / 2);
    for (float value : travelled(codec, low, high, 1)) {
      assertThat(value).isFinite();
    }
  }

  @Test
  void fp32KeepsEveryBit() {
    assertThat(travelled(ExchangeCodec.FP32, base, state, 1)).isEqualTo(state);
    assertThat(ExchangeCodec.FP32.bytes(LENGTH)).isEqualTo(4 * LENGTH);
  }

  @Test
  void bf16KeepsEightBitsOfEachMove() {
    float[] decoded = travelled(ExchangeCodec.BF16, base, state, 1);
    for (int i = 0; i < LENGTH; i++) {
      double move = Math.abs((double) state[i] - base[i]);
      assertThat((double) decoded[i]).isCloseTo(state[i], within(move / 128 + ulp(base[i])));
    }
    assertThat(ExchangeCodec.BF16.bytes(LENGTH)).isEqualTo(2 * LENGTH);
  }

  @Test
  void int8KeepsAStepOfTheBlocksLargestMove() {
    float[] decoded = travelled(ExchangeCodec.INT8, base, state, 1);
    for (int first = 0; first < LENGTH; first += Slice.BLOCK) {
      int end = Math.min(first + Slice.BLOCK, LENGTH);
      double largest = 0;
      for (int i = first; i < end; i++) {
        largest = Math.max(largest, Math.abs((double) state[i] - base[i]));
      }
      for (int i = first; i < end; i++) {
        assertThat((double) decoded[i])
            .isCloseTo(state[i], within(largest / 127 * 1.001 + ulp(base[i])));
      }
    }
    assertThat(ExchangeCodec.INT8.bytes(LENGTH)).isEqualTo(LENGTH + 3 * 4);
  }

  private static double ulp(float value) {
    return 2 * Math.ulp(value);
  }

  private static float[] negative(float[] values) {
    float[] negative = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      negative[i] = 0 - values[i];
    }
    return negative;
  }

  private static float[] travelled(ExchangeCodec codec, float[] base, float[] state, int slices) {
    float[] decoded = new float[base.length];
    for (int i = 0; i < slices; i++) {
      Slice slice = Slice.of(i, slices, base.length);
      ByteBuffer bytes =
          ByteBuffer.allocate(codec.bytes(slice.length())).order(ByteOrder.LITTLE_ENDIAN);
      codec.encode(slice, base, state, bytes);
      assertThat(bytes.hasRemaining()).isFalse();
      codec.decode(slice, base, bytes.flip(), decoded, slice.from());
    }
    return decoded;
  }
}
