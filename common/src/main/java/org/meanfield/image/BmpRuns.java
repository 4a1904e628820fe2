package org.meanfield.image;

/**
 * The run-length codes of a BMP: pairs of count and colour, with escapes for ends, jumps, literals.
 */
final class BmpRuns {
  private static final int END_OF_LINE = 0;
  private static final int END_OF_IMAGE = 1;
  private static final int JUMP = 2;

  private final EncodedBytes bytes;
  private final BmpStructure bmp;
  private final byte[] indices;
  private final boolean halfBytes;
  private long at;
  private int row;
  private int column;

  /** Fills {@code indices}, a palette index per pixel, rows as stored. */
  BmpRuns(EncodedBytes bytes, BmpStructure bmp, byte[] indices) {
    this.bytes = bytes;
    this.bmp = bmp;
    this.indices = indices;
    this.halfBytes = bmp.compression() == BmpStructure.RLE4;
    this.at = bmp.data();
  }

  void read() {
    while (true) {
      int count = bytes.u8(at);
      int value = bytes.u8(at + 1);
      at += 2;
      if (count > 0) {
        for (int i = 0; i < count; i++) {
          put(halfBytes ? half(value, i) : value);
        }
      } else if (value == END_OF_IMAGE) {
        return;
      } else if (value == END_OF_LINE) {
        column = 0;
        row++;
      } else if (value == JUMP) {
        column += bytes.u8(at);
        row += bytes.u8(at + 1);
        at += 2;
      } else {
        literals(value);
      }
    }
  }

  private void literals(int count) {
    for (int i = 0; i < count; i++) {
      put(halfBytes ? half(bytes.u8(at + i / 2), i) : bytes.u8(at + i));
    }
    int used = halfBytes ? (count + 1) / 2 : count;
    at += used + (used & 1); // padded to whole 16-bit words
  }

  private static int half(int value, int index) {
    return index % 2 == 0 ? value >> 4 : value & 0xF;
  }

  private void put(int index) {
    int width = bmp.width();
    if (column >= width || (long) row * width + column >= indices.length) {
      throw EncodedBytes.undecodable("BMP: a run leaves the image in stored row " + row);
    }
    indices[row * width + column++] = (byte) index;
  }
}
