package org.meanfield.image;

import java.io.Serializable;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.meanfield.data.Normalization;

/**
 * Exact sums over pixels, per channel: they merge in any order to the same numbers.
 *
 * @param pixels how many pixels were counted
 * @param sums of the values 0..255, per channel
 * @param squares of the values' squares, per channel
 */
public record PixelStatistics(long pixels, List<Long> sums, List<Long> squares)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Copies the sums. */
  public PixelStatistics {
    sums = List.copyOf(sums);
    squares = List.copyOf(squares);
    if (pixels < 0 || sums.size() != squares.size()) {
      throw new IllegalArgumentException(
          pixels + " pixels, " + sums.size() + " sums, " + squares.size() + " sums of squares");
    }
  }

  /** Of no image yet. */
  public static PixelStatistics empty(int channels) {
    List<Long> zeros = Collections.nCopies(channels, 0L);
    return new PixelStatistics(0, zeros, zeros);
  }

  /** Of one image. */
  public static PixelStatistics of(PixelImage image) {
    int channels = image.channels();
    byte[] raw = image.raw();
    List<Long> sums = new ArrayList<>();
    List<Long> squares = new ArrayList<>();
    for (int channel = 0; channel < channels; channel++) {
      long sum = 0;
      long square = 0;
      for (int i = channel; i < raw.length; i += channels) {
        int value = raw[i] & 0xFF;
        sum += value;
        square += (long) value * value;
      }
      sums.add(sum);
      squares.add(square);
    }
    return new PixelStatistics((long) image.height() * image.width(), sums, squares);
  }

  /** Of both sets of images. */
  public PixelStatistics merge(PixelStatistics other) {
    if (sums.size() != other.sums.size()) {
      throw new IllegalArgumentException(
          "Statistics of " + sums.size() + " and " + other.sums.size() + " channels do not merge");
    }
    return new PixelStatistics(
        pixels + other.pixels, add(sums, other.sums), add(squares, other.squares));
  }

  /**
   * Mean and standard deviation per channel. A channel without any variation gets deviation 1, as
   * nothing needs scaling there. Units: pixel values 0..255.
   *
   * @throws IllegalStateException where no pixel was counted
   */
  public Normalization normalization() {
    if (pixels == 0) {
      throw new IllegalStateException("No pixel was counted, so there is no mean");
    }
    List<Float> means = new ArrayList<>();
    List<Float> deviations = new ArrayList<>();
    BigInteger count = BigInteger.valueOf(pixels);
    for (int channel = 0; channel < sums.size(); channel++) {
      BigInteger sum = BigInteger.valueOf(sums.get(channel));
      BigInteger scaled =
          count.multiply(BigInteger.valueOf(squares.get(channel))).subtract(sum.multiply(sum));
      double variance = scaled.doubleValue() / ((double) pixels * pixels);
      means.add((float) ((double) sums.get(channel) / pixels));
      deviations.add(variance > 0 ? (float) Math.sqrt(variance) : 1f);
    }
    return new Normalization(means, deviations);
  }

  private static List<Long> add(List<Long> left, List<Long> right) {
    List<Long> sum = new ArrayList<>();
    for (int i = 0; i < left.size(); i++) {
      sum.add(Math.addExact(left.get(i), right.get(i)));
    }
    return sum;
  }
}
