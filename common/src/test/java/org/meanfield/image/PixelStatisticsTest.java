package org.meanfield.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.meanfield.data.Normalization;

/** Sums are exact and merge in any order. */
class PixelStatisticsTest {

  @Test
  void meanAndDeviationOfKnownPixels() {
    PixelImage image = new PixelImage(1, 4, 1, new byte[] {0, 10, 20, (byte) 250});
    Normalization normalization = PixelStatistics.of(image).normalization();
    assertThat(normalization.mean().get(0)).isEqualTo(70f);
    assertThat(normalization.deviation().get(0))
        .isCloseTo((float) Math.sqrt((4900 + 3600 + 2500 + 32400) / 4.0), within(1e-4f));
  }

  @Test
  void constantChannelsGetDeviationOne() {
    PixelImage image = new PixelImage(1, 2, 3, new byte[] {5, 6, 7, 5, 6, 7});
    Normalization normalization = PixelStatistics.of(image).normalization();
    assertThat(normalization.mean()).containsExactly(5f, 6f, 7f);
    assertThat(normalization.deviation()).containsExactly(1f, 1f, 1f);
  }

  @Test
  void anyOrderGivesTheSameNumbers() {
    Random random = new Random(3);
    List<PixelStatistics> parts = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      byte[] pixels = new byte[3 * 4 * (1 + i % 5)];
      random.nextBytes(pixels);
      parts.add(PixelStatistics.of(new PixelImage(1 + i % 5, 4, 3, pixels)));
    }
    PixelStatistics forward = merged(parts);
    Collections.reverse(parts);
    assertThat(merged(parts)).isEqualTo(forward);
    Collections.shuffle(parts, random);
    assertThat(merged(parts).normalization()).isEqualTo(forward.normalization());
  }

  private static PixelStatistics merged(List<PixelStatistics> parts) {
    PixelStatistics sum = PixelStatistics.empty(3);
    for (PixelStatistics part : parts) {
      sum = sum.merge(part);
    }
    return sum;
  }
}
