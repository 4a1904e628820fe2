package org.meanfield.image;

import java.util.Arrays;

/**
 * Makes a half, a quarter or an eighth of a JPEG block's samples along a side straight from its
 * coefficients: the lowest {@code size x size} of them on a grid of as many samples, which leaves
 * out what the smaller picture cannot show. In integers: the same bits on every machine. Source:
 * ITU-T T.81 A.3.3 with fewer points.
 */
final class ReducedTransform {
  private static final int BITS = 13;
  private static final int EXTRA = 2; // bits kept between the two passes
  private static final int FIRST = BITS - EXTRA;
  private static final int SECOND = BITS + EXTRA;

  private final int size;
  private final int[] basis;
  private final int[] coefficients;
  private final int[] work;

  /**
   * A transform.
   *
   * @param size samples along a block's side: 8, 4, 2 or 1
   */
  ReducedTransform(int size) {
    this.size = size;
    this.basis = basis(size);
    this.coefficients = new int[size * size];
    this.work = new int[size * size];
  }

  /** Sets a dequantised coefficient of the block to come; those of higher frequency do nothing. */
  void put(int row, int column, int value) {
    if (row < size && column < size) {
      coefficients[row * size + column] = value;
    }
  }

  /** Fills a square of samples from the block's coefficients, and forgets them. */
  void finishBlock(byte[] samples, int position, int stride) {
    for (int x = 0; x < size; x++) {
      for (int v = 0; v < size; v++) {
        int sum = 1 << (FIRST - 1);
        for (int u = 0; u < size; u++) {
          sum += basis[x * size + u] * coefficients[u * size + v];
        }
        work[x * size + v] = sum >> FIRST;
      }
    }
    for (int x = 0; x < size; x++) {
      for (int y = 0; y < size; y++) {
        int sum = 1 << (SECOND - 1);
        for (int v = 0; v < size; v++) {
          sum += basis[y * size + v] * work[x * size + v];
        }
        samples[position + x * stride + y] = (byte) Samples.clamp((sum >> SECOND) + 128);
      }
    }
    Arrays.fill(coefficients, 0);
  }

  /** {@code c(u) cos((2x + 1) u pi / 2 size) / 2} in fixed point, at {@code x * size + u}. */
  private static int[] basis(int size) {
    int[] basis = new int[size * size];
    for (int x = 0; x < size; x++) {
      for (int u = 0; u < size; u++) {
        double cosine = StrictMath.cos((2 * x + 1) * u * Math.PI / (2 * size));
        double value = (u == 0 ? Math.sqrt(0.5) : 1) * cosine / 2;
        basis[x * size + u] = (int) Math.round(value * (1 << BITS));
      }
    }
    return basis;
  }
}
