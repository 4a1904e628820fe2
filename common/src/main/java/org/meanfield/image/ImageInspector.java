package org.meanfield.image;

import org.meanfield.image.BadImageException.Reason;

/**
 * Checks an encoded image without decoding it: kind by its first bytes, size by its header, then
 * whether its structure is whole. Reads each byte at most twice and allocates nothing that a header
 * asks for, whatever the header claims.
 */
public final class ImageInspector {
  /** The pixel limit where nobody sets one: 64 million. */
  public static final long DEFAULT_MAX_PIXELS = 64_000_000;

  private ImageInspector() {}

  /**
   * What the image is.
   *
   * <p>JPEG: every segment up to the end marker is walked; bytes after the end marker are ignored,
   * as all decoders do. PNG: every chunk's checksum up to IEND. GIF: every block up to the trailer.
   * BMP: the pixel rows must lie inside the file.
   *
   * @param maxPixels height times width above which an image is refused before anything else of it
   *     is read
   * @throws BadImageException where it is not a whole image of a known kind
   */
  public static ImageInfo inspect(byte[] encoded, long maxPixels) {
    ImageInfo info = header(encoded, maxPixels);
    switch (info.kind()) {
      case JPEG -> JpegStructure.walk(encoded);
      case PNG -> PngStructure.walk(encoded);
      case GIF -> GifStructure.walk(encoded);
      case BMP -> BmpStructure.walk(encoded);
    }
    return info;
  }

  /** Kind and size alone, from the first bytes. */
  static ImageInfo header(byte[] encoded, long maxPixels) {
    ImageInfo info =
        switch (kindOf(encoded)) {
          case JPEG -> JpegStructure.header(encoded);
          case PNG -> PngStructure.header(encoded).info();
          case GIF -> GifStructure.header(encoded);
          case BMP -> BmpStructure.header(encoded).info();
        };
    return capped(info, maxPixels);
  }

  /** Kind by magic bytes. */
  static ImageKind kindOf(byte[] encoded) {
    if (encoded.length == 0) {
      throw new BadImageException(Reason.EMPTY, "The image has no bytes");
    }
    EncodedBytes bytes = new EncodedBytes(encoded);
    if (bytes.startsWith(0xFF, 0xD8, 0xFF)) {
      return ImageKind.JPEG;
    }
    if (bytes.startsWith(0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A)) {
      return ImageKind.PNG;
    }
    if (bytes.hasAsciiAt(0, "GIF87a") || bytes.hasAsciiAt(0, "GIF89a")) {
      return ImageKind.GIF;
    }
    if (BmpStructure.looksLikeBmp(bytes)) {
      return ImageKind.BMP;
    }
    throw unknown(bytes);
  }

  private static BadImageException unknown(EncodedBytes bytes) {
    String other = otherKind(bytes);
    return other.isEmpty()
        ? new BadImageException(
            Reason.NOT_AN_IMAGE,
            "The first bytes are those of no JPEG, PNG, BMP or GIF and of no other image kind")
        : new BadImageException(
            Reason.UNSUPPORTED_KIND,
            "This is " + other + "; only JPEG, PNG, BMP and GIF are read, so convert it");
  }

  private static String otherKind(EncodedBytes bytes) {
    if (bytes.hasAsciiAt(0, "RIFF") && bytes.hasAsciiAt(8, "WEBP")) {
      return "WebP";
    }
    if (bytes.startsWith('I', 'I', 42, 0) || bytes.startsWith('M', 'M', 0, 42)) {
      return "TIFF";
    }
    if (bytes.hasAsciiAt(4, "ftyp")) {
      return "HEIF, AVIF or a video";
    }
    if (bytes.startsWith(0, 0, 0, 12, 'j', 'P') || bytes.startsWith(0xFF, 0x4F, 0xFF, 0x51)) {
      return "JPEG 2000";
    }
    if (bytes.startsWith(0xFF, 0x0A) || bytes.startsWith(0, 0, 0, 12, 'J', 'X', 'L')) {
      return "JPEG XL";
    }
    if (bytes.hasAsciiAt(0, "8BPS")) {
      return "Photoshop";
    }
    if (bytes.startsWith(0, 0, 1, 0)) {
      return "a Windows icon";
    }
    boolean netpbm =
        bytes.length() > 2
            && bytes.u8(0) == 'P'
            && bytes.u8(1) >= '1'
            && bytes.u8(1) <= '6'
            && (bytes.u8(2) == '\n' || bytes.u8(2) == ' ');
    return netpbm ? "Netpbm" : "";
  }

  private static ImageInfo capped(ImageInfo info, long maxPixels) {
    if (info.pixels() > maxPixels) {
      throw new BadImageException(
          Reason.TOO_LARGE,
          "The header announces "
              + info.height()
              + "x"
              + info.width()
              + " = "
              + info.pixels()
              + " pixels; at most "
              + maxPixels
              + " are allowed");
    }
    return info;
  }
}
