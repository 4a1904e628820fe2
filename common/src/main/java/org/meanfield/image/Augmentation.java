package org.meanfield.image;

import java.io.Serializable;
import java.util.SplittableRandom;

/**
 * Random changes to training images that keep their class. Every draw comes from the given seed:
 * same image and seed, same pixels.
 *
 * <p>In this order: with {@link CropPolicy#RESIZED}, whoever decodes the image has taken a random
 * part of it ({@link ResizedCrop}); the image is padded on every side by its own mirror image and a
 * window of the original size is cut at a random place; it is mirrored or not; a square at a random
 * place is covered with the image's mean colour. Source: He et al. 2015 (pad and crop, flip),
 * DeVries and Taylor 2017 (cutout).
 *
 * @param crop what part of the image is seen
 * @param padding in pixels on every side; 0 for none
 * @param flip mirroring
 * @param cutout side of the covered square in pixels, partly outside at the border; 0 for none
 */
public record Augmentation(CropPolicy crop, int padding, FlipPolicy flip, int cutout)
    implements Serializable {
  private static final Augmentation NONE = new Augmentation(0, FlipPolicy.NONE, 0);

  /** Checks the sizes. */
  public Augmentation {
    if (padding < 0 || cutout < 0) {
      throw new IllegalArgumentException(
          "Padding and cutout cannot be negative; found " + padding + " and " + cutout);
    }
  }

  /** With {@link CropPolicy#PADDED}. */
  public Augmentation(int padding, FlipPolicy flip, int cutout) {
    this(CropPolicy.PADDED, padding, flip, cutout);
  }

  /** Leaves every image as it is. */
  public static Augmentation none() {
    return NONE;
  }

  /** True where decoded images stay as they are. */
  public boolean isNone() {
    return padding == 0 && flip == FlipPolicy.NONE && cutout == 0;
  }

  /** The changed image, of the same size; the same object where nothing is to change. */
  public PixelImage apply(PixelImage image, long seed) {
    if (isNone()) {
      return image;
    }
    // All draws are always made, so that switching one change on leaves the others as they were.
    SplittableRandom random = new SplittableRandom(seed);
    int top = random.nextInt(2 * padding + 1) - padding;
    int left = random.nextInt(2 * padding + 1) - padding;
    boolean mirror = random.nextBoolean() && flip == FlipPolicy.HORIZONTAL;
    int row = random.nextInt(image.height());
    int column = random.nextInt(image.width());
    if (padding == 0 && !mirror && cutout == 0) {
      return image;
    }
    byte[] pixels = window(image, top, left, mirror);
    if (cutout > 0) {
      cover(image, pixels, row - cutout / 2, column - cutout / 2);
    }
    return new PixelImage(image.height(), image.width(), image.channels(), pixels);
  }

  private static byte[] window(PixelImage image, int top, int left, boolean mirror) {
    int height = image.height();
    int width = image.width();
    int channels = image.channels();
    byte[] from = image.raw();
    byte[] to = new byte[from.length];
    int[] columns = new int[width];
    for (int column = 0; column < width; column++) {
      columns[column] = reflect((mirror ? width - 1 - column : column) + left, width) * channels;
    }
    int at = 0;
    for (int row = 0; row < height; row++) {
      int start = reflect(row + top, height) * width * channels;
      for (int column : columns) {
        for (int channel = 0; channel < channels; channel++) {
          to[at++] = from[start + column + channel];
        }
      }
    }
    return to;
  }

  /** Position in {@code [0, size)} seen in mirrors that stand on the first and last pixel. */
  private static int reflect(int position, int size) {
    if (size == 1) {
      return 0;
    }
    int period = 2 * (size - 1);
    int inPeriod = Math.floorMod(position, period);
    return Math.min(inPeriod, period - inPeriod);
  }

  private void cover(PixelImage image, byte[] pixels, int top, int left) {
    int channels = image.channels();
    int bottom = Math.min(image.height(), top + cutout);
    int right = Math.min(image.width(), left + cutout);
    for (int channel = 0; channel < channels; channel++) {
      byte mean = mean(image.raw(), channel, channels);
      for (int row = Math.max(0, top); row < bottom; row++) {
        for (int column = Math.max(0, left); column < right; column++) {
          pixels[(row * image.width() + column) * channels + channel] = mean;
        }
      }
    }
  }

  private static byte mean(byte[] raw, int channel, int channels) {
    long sum = 0;
    for (int i = channel; i < raw.length; i += channels) {
      sum += raw[i] & 0xFF;
    }
    return (byte) (sum * channels / raw.length);
  }
}
