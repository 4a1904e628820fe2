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
    return Resizer.scale(draw(image.height(), image.width(), seed).of(image), height, width);
  }

  /** The part that a seed means of an image of {@code height x width}. */
  static ImagePart draw(int height, int width, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int draw = 0; draw < DRAWS; draw++) {
      double share = SMALLEST_SHARE + (1 - SMALLEST_SHARE) * random.nextDouble();
      double aspect = StrictMath.exp((2 * random.nextDouble() - 1) * StrictMath.log(WIDEST));
      double area = share * height * width;
      int columns = (int) Math.round(Math.sqrt(area * aspect));
      int rows = (int) Math.round(Math.sqrt(area / aspect));
      if (rows > 0 && columns > 0 && rows <= height && columns <= width) {
        int top = random.nextInt(height - rows + 1);
        int left = random.nextInt(width - columns + 1);
        return new ImagePart(top, left, rows, columns);
      }
    }
    int columns = (int) Math.min(width, Math.max(1, Math.round(height * WIDEST)));
    int rows = (int) Math.min(height, Math.max(1, Math.round(width * WIDEST)));
    return new ImagePart((height - rows) / 2, (width - columns) / 2, rows, columns);
  }
}
