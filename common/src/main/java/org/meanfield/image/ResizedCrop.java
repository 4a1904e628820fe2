package org.meanfield.image;

import java.util.SplittableRandom;

/**
 * A random part of a larger image, brought to the network's size: a share of the area between 8 and
 * 100 %, sides between 3:4 and 4:3, anywhere in the image. Where ten draws do not fit into it, the
 * largest middle part with such sides. Source: Szegedy et al. 2015, section 6.
 */
public final class ResizedCrop {
  private static final int DRAWS = 10;
  private static final double SMALLEST_SHARE = 0.08;
  private static final double WIDEST = 4.0 / 3;

  private ResizedCrop() {}

  /** The part that a seed means, at {@code height x width}; same image and seed, same pixels. */
  public static PixelImage apply(PixelImage image, int height, int width, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int draw = 0; draw < DRAWS; draw++) {
      double share = SMALLEST_SHARE + (1 - SMALLEST_SHARE) * random.nextDouble();
      double aspect = StrictMath.exp((2 * random.nextDouble() - 1) * StrictMath.log(WIDEST));
      double area = share * image.height() * image.width();
      int columns = (int) Math.round(Math.sqrt(area * aspect));
      int rows = (int) Math.round(Math.sqrt(area / aspect));
      if (rows > 0 && columns > 0 && rows <= image.height() && columns <= image.width()) {
        int top = random.nextInt(image.height() - rows + 1);
        int left = random.nextInt(image.width() - columns + 1);
        return Resizer.scale(part(image, top, left, rows, columns), height, width);
      }
    }
    int columns = (int) Math.min(image.width(), Math.max(1, Math.round(image.height() * WIDEST)));
    int rows = (int) Math.min(image.height(), Math.max(1, Math.round(image.width() * WIDEST)));
    int top = (image.height() - rows) / 2;
    int left = (image.width() - columns) / 2;
    return Resizer.scale(part(image, top, left, rows, columns), height, width);
  }

  private static PixelImage part(PixelImage image, int top, int left, int rows, int columns) {
    int bytes = columns * image.channels();
    byte[] pixels = new byte[rows * bytes];
    for (int row = 0; row < rows; row++) {
      int from = ((top + row) * image.width() + left) * image.channels();
      System.arraycopy(image.raw(), from, pixels, row * bytes, bytes);
    }
    return new PixelImage(rows, columns, image.channels(), pixels);
  }
}
