package org.meanfield.image;

import org.meanfield.image.BadImageException.Reason;

/**
 * A GIF file's blocks, up to the trailer. Source: GIF89a specification.
 *
 * @param info the canvas
 * @param frame the first frame
 * @param palette byte position of the first frame's colour table
 * @param colors entries in that table
 * @param transparent palette index that shows nothing, or -1
 */
record GifStructure(ImageInfo info, Frame frame, int palette, int colors, int transparent) {
  private static final int HEADER_BYTES = 13;
  private static final int EXTENSION = 0x21;
  private static final int GRAPHIC_CONTROL = 0xF9;
  private static final int IMAGE = 0x2C;
  private static final int TRAILER = 0x3B;

  /**
   * Where a frame lies on the canvas.
   *
   * @param data byte position of the LZW code size, just before the sub-blocks
   */
  record Frame(int top, int left, int height, int width, Order order, int data) {}

  /** In which order rows are stored. */
  enum Order {
    SEQUENTIAL,
    INTERLACED
  }

  /** The canvas. */
  static ImageInfo header(byte[] encoded) {
    EncodedBytes bytes = new EncodedBytes(encoded);
    bytes.require(0, HEADER_BYTES);
    int width = bytes.u16LittleEndian(6);
    int height = bytes.u16LittleEndian(8);
    if (width == 0 || height == 0) {
      throw EncodedBytes.undecodable("GIF: a canvas of " + height + "x" + width + " pixels");
    }
    return new ImageInfo(ImageKind.GIF, height, width, 3);
  }

  /** Walks every block; refuses a file that does not reach its trailer. */
  static GifStructure walk(byte[] encoded) {
    EncodedBytes bytes = new EncodedBytes(encoded);
    ImageInfo info = header(encoded);
    int flags = bytes.u8(10);
    int at = HEADER_BYTES + tableBytes(flags);
    int transparent = -1;
    GifStructure first = null;
    while (true) {
      int block = bytes.u8(at);
      switch (block) {
        case TRAILER -> {
          if (first == null) {
            throw new BadImageException(Reason.TRUNCATED, "GIF: ends before any image data");
          }
          return first;
        }
        case EXTENSION -> {
          if (first == null && bytes.u8(at + 1L) == GRAPHIC_CONTROL && bytes.u8(at + 2L) >= 4) {
            transparent = (bytes.u8(at + 3L) & 1) == 1 ? bytes.u8(at + 6L) : -1;
          }
          at = skipSubBlocks(bytes, at + 2);
        }
        case IMAGE -> {
          int local = tableBytes(bytes.u8(at + 9L));
          int data = at + 10 + local;
          if (first == null) {
            int table = local > 0 ? local : tableBytes(flags);
            int palette = local > 0 ? at + 10 : HEADER_BYTES;
            bytes.require(palette, table);
            first = new GifStructure(info, frame(bytes, at, data), palette, table / 3, transparent);
            first.check();
          }
          at = skipSubBlocks(bytes, data + 1);
        }
        default ->
            throw EncodedBytes.undecodable(
                "GIF: block kind " + block + " at byte " + at + " does not exist");
      }
    }
  }

  private void check() {
    if (frame.height() == 0
        || frame.width() == 0
        || frame.top() + frame.height() > info.height()
        || frame.left() + frame.width() > info.width()) {
      throw EncodedBytes.undecodable("GIF: the first frame does not lie on the canvas: " + frame);
    }
    if (colors == 0) {
      throw EncodedBytes.undecodable("GIF: the first frame has no colour table");
    }
  }

  private static Frame frame(EncodedBytes bytes, int at, int data) {
    return new Frame(
        bytes.u16LittleEndian(at + 3L),
        bytes.u16LittleEndian(at + 1L),
        bytes.u16LittleEndian(at + 7L),
        bytes.u16LittleEndian(at + 5L),
        (bytes.u8(at + 9L) & 0x40) != 0 ? Order.INTERLACED : Order.SEQUENTIAL,
        data);
  }

  private static int tableBytes(int flags) {
    return (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
  }

  private static int skipSubBlocks(EncodedBytes bytes, int from) {
    int at = from;
    int size = bytes.u8(at);
    while (size > 0) {
      at += size + 1;
      size = bytes.u8(at);
    }
    return at + 1;
  }
}
