package org.meanfield.image;

import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import org.meanfield.image.BadImageException.Reason;

/**
 * A PNG file's chunks. Source: W3C PNG specification, third edition.
 *
 * @param header the IHDR chunk
 * @param palette of the PLTE chunk; length 0 where there is none
 * @param transparency of the tRNS chunk; length 0 where there is none
 * @param data the IDAT chunks, in order
 */
record PngStructure(Header header, Range palette, Range transparency, List<Range> data) {
  private static final int SIGNATURE_BYTES = 8;

  /** No deflate stream expands more than this. */
  private static final long MAX_EXPANSION = 1032;

  /** Bytes {@code [from, from + length)} of the file. */
  record Range(int from, int length) {}

  /** The IHDR chunk. */
  record Header(int height, int width, int bitDepth, int colorType, int interlace) {
    static final int GREY = 0;
    static final int RGB = 2;
    static final int PALETTE = 3;
    static final int GREY_ALPHA = 4;
    static final int RGB_ALPHA = 6;

    /** Samples in a stored pixel. */
    int samples() {
      return switch (colorType) {
        case RGB -> 3;
        case GREY_ALPHA -> 2;
        case RGB_ALPHA -> 4;
        default -> 1;
      };
    }

    ImageInfo info() {
      return new ImageInfo(ImageKind.PNG, height, width, colorType == PALETTE ? 3 : samples());
    }

    int bitsPerPixel() {
      return samples() * bitDepth;
    }

    private boolean isValid() {
      boolean whole = bitDepth == 8 || bitDepth == 16;
      boolean packed = bitDepth == 1 || bitDepth == 2 || bitDepth == 4;
      boolean depth =
          switch (colorType) {
            case GREY -> packed || whole;
            case PALETTE -> packed || bitDepth == 8;
            case RGB, GREY_ALPHA, RGB_ALPHA -> whole;
            default -> false;
          };
      return depth && interlace <= 1 && height > 0 && width > 0;
    }
  }

  /** Reads and checks the first chunk only. */
  static Header header(byte[] encoded) {
    EncodedBytes bytes = new EncodedBytes(encoded);
    String type = bytes.ascii(SIGNATURE_BYTES + 4L, 4);
    if (type.equals("CgBI")) {
      throw new BadImageException(
          Reason.UNSUPPORTED_KIND, "This is Apple's changed PNG, which is not read; convert it");
    }
    if (!type.equals("IHDR") || bytes.u32BigEndian(SIGNATURE_BYTES) != 13) {
      throw EncodedBytes.undecodable("PNG: the first chunk is no IHDR of 13 bytes");
    }
    checkChunk(encoded, bytes, SIGNATURE_BYTES, 13);
    long at = SIGNATURE_BYTES + 8L;
    long width = bytes.u32BigEndian(at);
    long height = bytes.u32BigEndian(at + 4);
    if (width > Integer.MAX_VALUE || height > Integer.MAX_VALUE) {
      throw EncodedBytes.undecodable("PNG: a size of " + height + "x" + width + " is not allowed");
    }
    Header header =
        new Header(
            (int) height, (int) width, bytes.u8(at + 8), bytes.u8(at + 9), bytes.u8(at + 12));
    if (!header.isValid() || bytes.u8(at + 10) != 0 || bytes.u8(at + 11) != 0) {
      throw EncodedBytes.undecodable("PNG: the IHDR chunk contradicts itself: " + header);
    }
    return header;
  }

  /** Checks every chunk up to IEND; bytes after it are ignored. */
  static PngStructure walk(byte[] encoded) {
    EncodedBytes bytes = new EncodedBytes(encoded);
    Header header = header(encoded);
    Range palette = new Range(0, 0);
    Range transparency = palette;
    List<Range> data = new ArrayList<>();
    int at = SIGNATURE_BYTES;
    while (true) {
      long length = bytes.u32BigEndian(at);
      String type = bytes.ascii(at + 4L, 4);
      checkChunk(encoded, bytes, at, length);
      Range body = new Range(at + 8, (int) length);
      at += 12 + (int) length;
      switch (type) {
        case "PLTE" -> palette = body;
        case "tRNS" -> transparency = body;
        case "IDAT" -> data.add(body);
        case "IEND" -> {
          PngStructure structure = new PngStructure(header, palette, transparency, data);
          structure.check();
          return structure;
        }
        default -> {
          // Ancillary chunks say nothing about the pixel values as they are used here.
        }
      }
    }
  }

  private void check() {
    if (header.colorType() == Header.PALETTE
        && (palette.length() == 0 || palette.length() % 3 != 0 || palette.length() > 768)) {
      throw EncodedBytes.undecodable("PNG: a palette of " + palette.length() + " bytes");
    }
    long compressed = data.stream().mapToLong(Range::length).sum();
    long rowBytes = ((long) header.width() * header.bitsPerPixel() + 7) / 8 + 1;
    if (rowBytes * header.height() > (compressed + 1) * MAX_EXPANSION) {
      throw new BadImageException(
          Reason.TRUNCATED,
          "PNG: the header announces "
              + header.height()
              + "x"
              + header.width()
              + " pixels, more than "
              + compressed
              + " compressed bytes can hold");
    }
  }

  private static void checkChunk(byte[] encoded, EncodedBytes bytes, int at, long length) {
    bytes.require(at, length + 12);
    CRC32 crc = new CRC32();
    crc.update(encoded, at + 4, (int) length + 4);
    if (crc.getValue() != bytes.u32BigEndian(at + 8 + length)) {
      throw new BadImageException(
          Reason.CHECKSUM,
          "PNG: the checksum of chunk " + bytes.ascii(at + 4L, 4) + " at byte " + at + " is wrong");
    }
  }
}
