package org.meanfield.image;

import org.meanfield.image.BadImageException.Reason;

/**
 * A Windows bitmap's headers. Source: Microsoft's BITMAPFILEHEADER, BITMAPCOREHEADER,
 * BITMAPINFOHEADER and BITMAPV5HEADER reference.
 *
 * @param width in pixels
 * @param rows in pixels; negative where the first stored row is the top one
 * @param bits per pixel
 * @param compression 0 none, 1 RLE8, 2 RLE4, 3 bit fields
 * @param data byte position of the pixels
 * @param palette the colour table
 * @param masks byte position of the bit masks
 */
record BmpStructure(
    int width, int rows, int bits, int compression, long data, Palette palette, int masks) {
  static final int RGB = 0;
  static final int RLE8 = 1;
  static final int RLE4 = 2;
  static final int BIT_FIELDS = 3;
  private static final int FILE_HEADER_BYTES = 14;
  private static final int CORE_HEADER_BYTES = 12;

  /** The colour table: blue, green, red, and in later versions an unused byte. */
  record Palette(int at, int colors, int entryBytes) {}

  /** {@code BM} is a weak mark that words start with too, so the second header's size counts. */
  static boolean looksLikeBmp(EncodedBytes bytes) {
    if (!bytes.hasAsciiAt(0, "BM")) {
      return false;
    }
    if (bytes.length() < FILE_HEADER_BYTES + 4) {
      return false;
    }
    long size = bytes.u32LittleEndian(FILE_HEADER_BYTES);
    return size == CORE_HEADER_BYTES
        || size == 40
        || size == 52
        || size == 56
        || size == 64
        || size == 108
        || size == 124;
  }

  ImageInfo info() {
    return new ImageInfo(ImageKind.BMP, Math.abs(rows), width, 3);
  }

  /** Reads and checks the headers. */
  static BmpStructure header(byte[] encoded) {
    EncodedBytes bytes = new EncodedBytes(encoded);
    int size = (int) bytes.u32LittleEndian(FILE_HEADER_BYTES);
    bytes.require(FILE_HEADER_BYTES, size);
    boolean core = size == CORE_HEADER_BYTES;
    int bits = bytes.u16LittleEndian(core ? 24 : 28);
    int compression = core ? RGB : (int) bytes.u32LittleEndian(30);
    long used = core ? 0 : bytes.u32LittleEndian(46);
    int headerEnd = FILE_HEADER_BYTES + size;
    int colors = bits > 8 ? 0 : used > 0 ? (int) Math.min(used, 257) : 1 << bits;
    boolean masksFollow = compression == BIT_FIELDS && size == 40;
    BmpStructure structure =
        new BmpStructure(
            core ? bytes.u16LittleEndian(18) : (int) bytes.u32LittleEndian(18),
            core ? bytes.u16LittleEndian(20) : (int) bytes.u32LittleEndian(22),
            bits,
            compression,
            bytes.u32LittleEndian(10),
            new Palette(headerEnd + (masksFollow ? 12 : 0), colors, core ? 3 : 4),
            FILE_HEADER_BYTES + 40);
    structure.check(headerEnd);
    return structure;
  }

  /** Checks that the pixel rows lie inside the file. */
  static BmpStructure walk(byte[] encoded) {
    BmpStructure structure = header(encoded);
    EncodedBytes bytes = new EncodedBytes(encoded);
    if (structure.compression == RGB || structure.compression == BIT_FIELDS) {
      bytes.require(structure.data, structure.rowBytes() * Math.abs((long) structure.rows));
    } else {
      bytes.require(structure.data, 2);
    }
    Palette palette = structure.palette;
    bytes.require(palette.at(), (long) palette.colors() * palette.entryBytes());
    return structure;
  }

  /** Rows are padded to whole 32-bit words. */
  long rowBytes() {
    return ((long) width * bits + 31) / 32 * 4;
  }

  private void check(int headerEnd) {
    if (width <= 0 || rows == 0 || rows == Integer.MIN_VALUE || data < headerEnd) {
      throw EncodedBytes.undecodable("BMP: the headers contradict themselves: " + this);
    }
    if (compression < RGB || compression > BIT_FIELDS) {
      throw new BadImageException(
          Reason.UNSUPPORTED_KIND,
          "This is a BMP with compression " + compression + ", which is not read; convert it");
    }
    boolean depth =
        switch (compression) {
          case RLE8 -> bits == 8;
          case RLE4 -> bits == 4;
          case BIT_FIELDS -> bits == 16 || bits == 32;
          default -> bits == 1 || bits == 4 || bits == 8 || bits == 16 || bits == 24 || bits == 32;
        };
    if (!depth || palette.colors() > 256) {
      throw EncodedBytes.undecodable(
          "BMP: " + bits + " bits a pixel and " + palette.colors() + " colours do not go together");
    }
  }
}
