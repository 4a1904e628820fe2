package org.meanfield.image;

import org.meanfield.data.ImageSpec;

/**
 * From encoded bytes to the pixels that a network's spec asks for: the one path that training,
 * evaluation, prediction and serving share.
 */
public final class ImagePreparation {
  private ImagePreparation() {}

  /**
   * Decodes and fits an image that was accepted into a data set.
   *
   * @throws BadImageException where the bytes are no whole image
   */
  public static PixelImage prepare(byte[] encoded, ImageSpec spec) {
    return Resizer.fit(ImageDecoder.decode(encoded, spec.channels()), spec);
  }

  /**
   * As {@link #prepare(byte[], ImageSpec)} for bytes from anywhere, refusing images of more than
   * {@code maxPixels} pixels before decoding them.
   */
  public static PixelImage prepare(byte[] encoded, ImageSpec spec, long maxPixels) {
    return Resizer.fit(ImageDecoder.decode(encoded, spec.channels(), maxPixels), spec);
  }
}
