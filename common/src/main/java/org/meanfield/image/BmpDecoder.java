package org.meanfield.image;

import java.util.Arrays;

/** Reads Windows bitmaps, uncompressed, with bit fields, or run-length coded. */
final class BmpDecoder {
  private final EncodedBytes bytes;
  private final BmpStructure bmp;
  private final int height;
  private final byte[] target;

  private BmpDecoder(byte[] encoded, BmpStructure bmp) {
    this.bytes = new EncodedBytes(encoded);
    this.bmp = bmp;
    this.height = Math.abs(bmp.rows());
    this.target = new byte[height * bmp.width() * 3];
  }

  /** Always in colour. */
  static PixelImage decode(byte[] encoded, BmpStructure bmp) {
    BmpDecoder decoder = new BmpDecoder(encoded, bmp);
    switch (bmp.compression()) {
      case BmpStructure.RLE8, BmpStructure.RLE4 -> decoder.runs();
      default -> decoder.rows();
    }
    return new PixelImage(decoder.height, bmp.width(), 3, decoder.target);
  }

  private void rows() {
    long[] masks = bmp.bits() == 16 ? new long[] {0x7C00, 0x3E0, 0x1F} : null;
    if (bmp.compression() == BmpStructure.BIT_FIELDS) {
      masks =
          new long[] {
            bytes.u32LittleEndian(bmp.masks()),
            bytes.u32LittleEndian(bmp.masks() + 4L),
            bytes.u32LittleEndian(bmp.masks() + 8L)
          };
    }
    for (int stored = 0; stored < height; stored++) {
      long row = bmp.data() + stored * bmp.rowBytes();
      for (int column = 0; column < bmp.width(); column++) {
        int to = offset(stored, column);
        if (bmp.bits() <= 8) {
          long bit = (long) column * bmp.bits();
          int shift = (int) (8 - bmp.bits() - bit % 8);
          color(to, bytes.u8(row + bit / 8) >> shift & ((1 << bmp.bits()) - 1));
        } else if (masks == null) {
          bgr(to, row + (long) column * bmp.bits() / 8);
        } else {
          long at = row + (long) column * bmp.bits() / 8;
          masked(
              to, bmp.bits() == 16 ? bytes.u16LittleEndian(at) : bytes.u32LittleEndian(at), masks);
        }
      }
    }
  }

  /** Stored rows run upwards unless the header's row count is negative. */
  private int offset(int stored, int column) {
    int row = bmp.rows() < 0 ? stored : height - 1 - stored;
    return (row * bmp.width() + column) * 3;
  }

  private void bgr(int to, long at) {
    target[to] = (byte) bytes.u8(at + 2);
    target[to + 1] = (byte) bytes.u8(at + 1);
    target[to + 2] = (byte) bytes.u8(at);
  }

  private void color(int to, int index) {
    if (index >= bmp.palette().colors()) {
      throw EncodedBytes.undecodable("BMP: colour " + index + " is not in the palette");
    }
    bgr(to, bmp.palette().at() + (long) index * bmp.palette().entryBytes());
  }

  private void masked(int to, long value, long[] masks) {
    for (int s = 0; s < 3; s++) {
      if (masks[s] != 0) {
        int shift = Long.numberOfTrailingZeros(masks[s]);
        long maximum = masks[s] >> shift;
        target[to + s] = (byte) ((((value & masks[s]) >> shift) * 255 + maximum / 2) / maximum);
      }
    }
  }

  /** Pixels that no run covers have colour 0 of the palette. */
  private void runs() {
    byte[] indices = new byte[height * bmp.width()];
    Arrays.fill(indices, (byte) 0);
    new BmpRuns(bytes, bmp, indices).read();
    for (int stored = 0; stored < height; stored++) {
      for (int column = 0; column < bmp.width(); column++) {
        color(offset(stored, column), indices[stored * bmp.width() + column] & 0xFF);
      }
    }
  }
}
