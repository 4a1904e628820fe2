package org.meanfield.export.onnx;

import java.nio.FloatBuffer;

/**
 * Between which values a tensor was seen; zero always is, so that it has an exact 8-bit form.
 *
 * @param lowest at most 0
 * @param highest at least 0
 */
public record ValueRange(float lowest, float highest) {
  private static final int LEVELS = 255;

  /** Nothing seen yet. */
  public static final ValueRange ZERO = new ValueRange(0, 0);

  /** With more values seen; they are read to the buffer's end. */
  public ValueRange with(FloatBuffer values) {
    float low = lowest;
    float high = highest;
    while (values.hasRemaining()) {
      float value = values.get();
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    return new ValueRange(low, high);
  }

  /** The step between two of the 256 levels. */
  float scale() {
    float range = highest - lowest;
    return range > 0 ? range / LEVELS : 1f / LEVELS;
  }

  /** The level that means 0, in [0, 255]. */
  int zeroPoint() {
    return Math.max(0, Math.min(LEVELS, Math.round(-lowest / scale())));
  }
}
