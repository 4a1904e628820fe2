package org.meanfield.jobs.serve.model;

import java.nio.FloatBuffer;
import org.meanfield.data.ImageSpec;

/** The raw pixels of some images on their way into a batch: {@code [N, C, H, W]}, 0..255. */
public final class PixelBlock {
  private static final float WHITE = 255;

  private final FloatBuffer values;
  private final int images;

  private PixelBlock(FloatBuffer values, int images) {
    this.values = values;
    this.images = images;
  }

  /**
   * Of a buffer's remaining values. Ownership: takes the buffer's memory over; the caller must not
   * write to it afterwards.
   *
   * @throws IllegalArgumentException where these are not the values of whole images of that spec
   */
  public static PixelBlock of(FloatBuffer values, ImageSpec spec) {
    int remaining = values.remaining();
    if (remaining == 0 || remaining % spec.values() != 0) {
      throw new IllegalArgumentException(
          remaining + " values are no whole images of " + spec.values() + " values each");
    }
    return new PixelBlock(values.slice(), remaining / spec.values());
  }

  /** How many images, at least one. */
  int images() {
    return images;
  }

  /** False where a value is none of a pixel: below 0, above 255, or no number. */
  public boolean isOfPixels() {
    for (int i = 0; i < values.capacity(); i++) {
      if (!(values.get(i) >= 0 && values.get(i) <= WHITE)) {
        return false;
      }
    }
    return true;
  }

  /** Some images in a row; the memory is shared. */
  PixelBlock slice(int from, int count) {
    int each = values.capacity() / images;
    return new PixelBlock(values.slice(from * each, count * each), count);
  }

  /** Puts all values into a buffer, from its position on. */
  void putInto(FloatBuffer target) {
    target.put(values.duplicate());
  }
}
