package org.meanfield.image;

import org.meanfield.data.ImageSpec;
import org.meanfield.data.ResizePolicy;

/**
 * From encoded bytes to the pixels that a network's spec asks for: the one path that training,
 * evaluation, prediction and serving share.
 */
public final class ImagePreparation {
  private static final int FULL = 8;

  private ImagePreparation() {}

  /**
   * Decodes and fits an image that was accepted into a data set.
   *
   * @throws BadImageException where the bytes are no whole image
   */
  public static PixelImage prepare(byte[] encoded, ImageSpec spec) {
    return prepare(encoded, spec, ImageDecoder.MAX_DECODABLE_PIXELS);
  }

  /**
   * As {@link #prepare(byte[], ImageSpec)} for bytes from anywhere, refusing images of more than
   * {@code maxPixels} pixels before decoding them.
   */
  public static PixelImage prepare(byte[] encoded, ImageSpec spec, long maxPixels) {
    PixelImage reduced = reduced(encoded, spec, maxPixels);
    return Resizer.fit(
        reduced != null ? reduced : ImageDecoder.decode(encoded, spec.channels(), maxPixels), spec);
  }

  /**
   * As {@link #prepare(byte[], ImageSpec)}, with the same pixels, by the fastest decoder there is.
   *
   * @param encoded bytes that are known, by their digest, to be those that ingest decoded
   */
  public static PixelImage prepareVerified(byte[] encoded, ImageSpec spec) {
    PixelImage reduced = reduced(encoded, spec, ImageDecoder.MAX_DECODABLE_PIXELS);
    return Resizer.fit(
        reduced != null ? reduced : ImageDecoder.decodeVerified(encoded, spec.channels()), spec);
  }

  /**
   * A random part of an image, {@link ResizedCrop}, at the spec's size. A large JPEG is decoded no
   * larger than the part needs.
   *
   * @param encoded as for {@link #prepareVerified}
   * @param seed decides which part
   */
  public static PixelImage partOfVerified(byte[] encoded, ImageSpec spec, long seed) {
    ImageInfo info = ImageInspector.header(encoded, ImageDecoder.MAX_DECODABLE_PIXELS);
    ImagePart part = ResizedCrop.draw(info.height(), info.width(), seed);
    double rows = (double) spec.height() / part.rows();
    double columns = (double) spec.width() / part.columns();
    PixelImage whole = reduced(encoded, info, spec, blockSize(Math.max(rows, columns)));
    if (whole == null) {
      whole = ImageDecoder.decodeVerified(encoded, spec.channels());
    }
    PixelImage cut = part.in(whole, info.height(), info.width()).of(whole);
    return Resizer.scale(cut, spec.height(), spec.width());
  }

  private static PixelImage reduced(byte[] encoded, ImageSpec spec, long maxPixels) {
    ImageInfo info = ImageInspector.header(encoded, maxPixels);
    return reduced(encoded, info, spec, blockSize(info, spec));
  }

  /** The image decoded at a part of its size; null where that cannot or need not be. */
  private static PixelImage reduced(byte[] encoded, ImageInfo info, ImageSpec spec, int size) {
    if (info.kind() != ImageKind.JPEG || size == FULL) {
      return null;
    }
    JpegStructure jpeg = JpegStructure.walk(encoded);
    PixelImage image = ReducedJpegDecoder.decode(jpeg, spec.channels(), size);
    return image == null ? null : ImageDecoder.withChannels(image, spec.channels());
  }

  /**
   * The fewest samples of a block's side that leave the picture twice as large as it is needed: a
   * whole step of careful shrinking stays, in which the coarser first one does not show.
   */
  static int blockSize(ImageInfo info, ImageSpec spec) {
    double rows = (double) spec.height() / info.height();
    double columns = (double) spec.width() / info.width();
    double scale =
        spec.resize() == ResizePolicy.PAD ? Math.min(rows, columns) : Math.max(rows, columns);
    return blockSize(scale);
  }

  private static int blockSize(double scale) {
    int size = 1;
    while (size < FULL && size < 2 * FULL * scale) {
      size *= 2;
    }
    return size;
  }
}
