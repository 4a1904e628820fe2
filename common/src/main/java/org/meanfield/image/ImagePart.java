package org.meanfield.image;

/**
 * A rectangle of an image, in pixels.
 *
 * @param top first row
 * @param left first column
 * @param rows at least one
 * @param columns at least one
 */
record ImagePart(int top, int left, int rows, int columns) {
  /** The same rectangle where an image of {@code height x width} was decoded smaller. */
  ImagePart in(PixelImage smaller, int height, int width) {
    double rowScale = (double) smaller.height() / height;
    double columnScale = (double) smaller.width() / width;
    int newRows = scaled(rows, rowScale, smaller.height());
    int newColumns = scaled(columns, columnScale, smaller.width());
    return new ImagePart(
        (int) Math.min(Math.round(top * rowScale), smaller.height() - newRows),
        (int) Math.min(Math.round(left * columnScale), smaller.width() - newColumns),
        newRows,
        newColumns);
  }

  private static int scaled(int length, double scale, int most) {
    return (int) Math.min(most, Math.max(1, Math.round(length * scale)));
  }

  /** A copy of what lies inside. */
  PixelImage of(PixelImage image) {
    int bytes = columns * image.channels();
    byte[] pixels = new byte[rows * bytes];
    for (int row = 0; row < rows; row++) {
      int from = ((top + row) * image.width() + left) * image.channels();
      System.arraycopy(image.raw(), from, pixels, row * bytes, bytes);
    }
    return new PixelImage(rows, columns, image.channels(), pixels);
  }
}
