package org.meanfield.image;

import java.util.Arrays;

/**
 * A decoded image: unsigned bytes, rows from the top, channels interleaved (grey, or red, green,
 * blue). Immutable.
 */
public final class PixelImage {
  private final int height;
  private final int width;
  private final int channels;
  private final byte[] pixels;

  /**
   * Ownership: takes the array over; the caller must not write to it afterwards.
   *
   * @param pixels {@code height x width x channels} unsigned bytes
   */
  public PixelImage(int height, int width, int channels, byte[] pixels) {
    if (pixels.length != height * width * channels) {
      throw new IllegalArgumentException(
          height + "x" + width + "x" + channels + " pixels expected, found " + pixels.length);
    }
    this.height = height;
    this.width = width;
    this.channels = channels;
    this.pixels = pixels;
  }

  /** In pixels. */
  public int height() {
    return height;
  }

  /** In pixels. */
  public int width() {
    return width;
  }

  /** 1 or 3. */
  public int channels() {
    return channels;
  }

  /** One value, 0..255. */
  public int value(int row, int column, int channel) {
    return pixels[(row * width + column) * channels + channel] & 0xFF;
  }

  /** Copies all values, in order, to {@code target} from {@code offset} on. */
  public void copyTo(byte[] target, int offset) {
    System.arraycopy(pixels, 0, target, offset, pixels.length);
  }

  /**
   * Writes one channel as floats, row by row, each pixel value replaced by its entry in {@code
   * table}.
   *
   * @param table 256 values, by pixel value
   * @param target gets {@code height x width} floats from {@code offset} on
   */
  public void putNormalized(int channel, float[] table, float[] target, int offset) {
    int to = offset;
    for (int from = channel; from < pixels.length; from += channels) {
      target[to++] = table[pixels[from] & 0xFF];
    }
  }

  /** The pixels themselves, for this package's code, which only reads them. */
  byte[] raw() {
    return pixels;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PixelImage that
        && height == that.height
        && width == that.width
        && channels == that.channels
        && Arrays.equals(pixels, that.pixels);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(pixels);
  }
}
