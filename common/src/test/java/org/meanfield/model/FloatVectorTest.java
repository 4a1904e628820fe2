package org.meanfield.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FloatVectorTest {
  @Test
  void theGreatestAreThoseThatSortingPutsFirst() {
    Random random = new Random(5);
    for (int length = 0; length < 12; length++) {
      float[] values = new float[length + 2];
      for (int i = 0; i < values.length; i++) {
        values[i] = random.nextInt(6); // some are equal
      }
      FloatVector vector = FloatVector.wrap(values, 1, length + 1);
      for (int count = 0; count < 14; count++) {
        int[] sorted =
            IntStream.range(0, length)
                .boxed()
                .sorted(Comparator.comparing(i -> -vector.get(i)))
                .limit(count)
                .mapToInt(i -> i)
                .toArray();
        assertThat(vector.greatest(count)).containsExactly(sorted);
      }
    }
  }
}
