package org.meanfield.image;

/**
 * What an image's header says.
 *
 * @param kind the file format
 * @param height in pixels, positive
 * @param width in pixels, positive
 * @param channels as stored: 1 grey, 2 grey with alpha, 3 colour (palettes too), 4 colour with
 *     alpha, or CMYK
 */
public record ImageInfo(ImageKind kind, int height, int width, int channels) {

  /** Height times width. */
  public long pixels() {
    return (long) height * width;
  }
}
