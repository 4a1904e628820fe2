package org.meanfield.image;

/**
 * Turns an encoded image into pixels. The conversions are fixed, in integers, and the same
 * everywhere:
 *
 * <ul>
 *   <li>transparent pixels are laid over white, since cut-outs and icons are drawn for light
 *       ground; BMP's fourth byte is ignored, as most writers leave it undefined;
 *   <li>colour to grey is BT.601 luma; grey to colour repeats the value;
 *   <li>16 bits become the nearest 8;
 *   <li>CMYK becomes {@code (1 - ink) (1 - black)} per channel, Adobe's inverted form included;
 *   <li>of a GIF the first frame on its canvas, what it does not cover being white;
 *   <li>colour profiles, gamma and EXIF orientation are not applied, as in common training code.
 * </ul>
 *
 * <p>What a file carries to prove itself is checked: PNG's checksums find every flipped bit. JPEG,
 * GIF and BMP carry none; there a change is found where it breaks the structure or the coding,
 * while one that merely decodes to other pixels is not.
 *
 * <p>The JPEG bit stream is read by the JDK's own reader, whatever other ImageIO plug-ins are on
 * the class path, or, where nothing can be wrong with it any more, by {@link NativeJpeg}, which
 * gives the same pixels; the other kinds are read here.
 */
public final class ImageDecoder {
  /** Three bytes a pixel must fit into one array. */
  static final long MAX_DECODABLE_PIXELS = Integer.MAX_VALUE / 4;

  private ImageDecoder() {}

  /**
   * The pixels of an image that was accepted before, by its size at least; for bytes from elsewhere
   * use {@link #decode(byte[], int, long)}.
   *
   * @param channels 1 or 3
   * @throws BadImageException where anything about the image is broken, also where most decoders
   *     only warn and fill in grey
   */
  public static PixelImage decode(byte[] encoded, int channels) {
    return decode(encoded, channels, MAX_DECODABLE_PIXELS);
  }

  /**
   * As {@link #decode(byte[], int)}, refusing images of more than {@code maxPixels} pixels before
   * anything is decoded.
   */
  public static PixelImage decode(byte[] encoded, int channels, long maxPixels) {
    requireChannels(channels);
    long limit = Math.min(maxPixels, MAX_DECODABLE_PIXELS);
    return withChannels(decode(encoded, channels, limit, Trust.NONE), channels);
  }

  /**
   * As {@link #decode(byte[], int)}, with the same pixels, by the fastest decoder there is. That
   * one does not say where a JPEG's coded data is damaged.
   *
   * @param encoded bytes that are known, by their digest, to be those that were once decoded by
   *     {@link #decode}
   */
  public static PixelImage decodeVerified(byte[] encoded, int channels) {
    requireChannels(channels);
    PixelImage image = decode(encoded, channels, MAX_DECODABLE_PIXELS, Trust.VERIFIED);
    return withChannels(image, channels);
  }

  /** Who reads JPEGs in {@link #decodeVerified} in this process. */
  public static String verifiedJpegReader() {
    return NativeJpeg.isAvailable() ? "libjpeg-turbo through OpenCV" : "the JDK";
  }

  private enum Trust {
    NONE,
    VERIFIED
  }

  private static PixelImage decode(byte[] encoded, int channels, long maxPixels, Trust trust) {
    return switch (ImageInspector.header(encoded, maxPixels).kind()) {
      case JPEG -> {
        JpegStructure jpeg = JpegStructure.walk(encoded);
        yield trust == Trust.VERIFIED && NativeJpeg.reads(jpeg)
            ? NativeJpeg.decode(jpeg, channels)
            : JpegDecoder.decode(jpeg, channels);
      }
      case PNG -> PngDecoder.decode(encoded, PngStructure.walk(encoded));
      case GIF -> GifDecoder.decode(encoded, GifStructure.walk(encoded));
      case BMP -> BmpDecoder.decode(encoded, BmpStructure.walk(encoded));
    };
  }

  private static void requireChannels(int channels) {
    if (channels != 1 && channels != 3) {
      throw new IllegalArgumentException("Images have 1 or 3 channels, not " + channels);
    }
  }

  /** The same picture in grey (1 channel) or in colour (3). */
  public static PixelImage withChannels(PixelImage image, int channels) {
    if (image.channels() == channels) {
      return image;
    }
    byte[] from = image.raw();
    int pixels = image.height() * image.width();
    byte[] to = new byte[pixels * channels];
    for (int i = 0; i < pixels; i++) {
      if (channels == 3) {
        to[3 * i] = from[i];
        to[3 * i + 1] = from[i];
        to[3 * i + 2] = from[i];
      } else {
        to[i] =
            (byte) Samples.luma(from[3 * i] & 0xFF, from[3 * i + 1] & 0xFF, from[3 * i + 2] & 0xFF);
      }
    }
    return new PixelImage(image.height(), image.width(), channels, to);
  }
}
