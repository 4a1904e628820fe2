package org.meanfield.image;

/** Arithmetic on single 8-bit samples, in integers, so that it gives the same bits everywhere. */
final class Samples {
  private static final int HALF = 1 << 15;

  private Samples() {}

  /**
   * Luma of BT.601 ({@code 0.299 R + 0.587 G + 0.114 B}) in 16-bit fixed point, rounded; grey stays
   * what it is.
   */
  static int luma(int red, int green, int blue) {
    return (19595 * red + 38470 * green + 7471 * blue + HALF) >> 16;
  }

  /** A sample over white: {@code alpha} 255 leaves it, 0 gives white. */
  static int overWhite(int sample, int alpha) {
    return (sample * alpha + 255 * (255 - alpha) + 127) / 255;
  }

  /** 16 bits to the nearest of 8. */
  static int from16(int sample) {
    return (sample * 255 + 32895) >> 16;
  }

  /** Product of two samples in 0..1, rounded. */
  static int product(int a, int b) {
    return (a * b + 127) / 255;
  }

  // JFIF's inverse transform in 16-bit fixed point, as in the IJG library.

  static int red(int y, int cr) {
    return clamp(y + ((91881 * (cr - 128) + HALF) >> 16));
  }

  static int green(int y, int cb, int cr) {
    return clamp(y + ((-22554 * (cb - 128) - 46802 * (cr - 128) + HALF) >> 16));
  }

  static int blue(int y, int cb) {
    return clamp(y + ((116130 * (cb - 128) + HALF) >> 16));
  }

  /** To 0..255. */
  static int clamp(int value) {
    return value < 0 ? 0 : Math.min(value, 255);
  }
}
