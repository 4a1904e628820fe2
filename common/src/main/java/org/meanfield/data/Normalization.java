package org.meanfield.data;

import java.io.Serializable;
import java.util.Collections;
import java.util.List;

/**
 * Per channel {@code (pixel - mean) / deviation}, pixels in 0..255, channels in the image spec's
 * order.
 *
 * @param mean per channel, in pixel units 0..255
 * @param deviation per channel, in pixel units, positive
 */
public record Normalization(List<Float> mean, List<Float> deviation) implements Serializable {

  /** Copies and checks the two lists. */
  public Normalization {
    mean = List.copyOf(mean);
    deviation = List.copyOf(deviation);
    if (mean.size() != deviation.size() || mean.isEmpty()) {
      throw new IllegalArgumentException(
          "Normalization needs a mean and a deviation for each channel; found "
              + mean.size()
              + " means and "
              + deviation.size()
              + " deviations");
    }
    for (float value : deviation) {
      if (!(value > 0)) {
        throw new IllegalArgumentException("A deviation must be positive; found " + value);
      }
    }
  }

  /** Maps 0..255 to 0..1. */
  public static Normalization unitRange(int channels) {
    return new Normalization(
        Collections.nCopies(channels, 0f), Collections.nCopies(channels, 255f));
  }
}
