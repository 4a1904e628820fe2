package org.meanfield.image;

import org.meanfield.image.PngStructure.Header;
import org.meanfield.image.PngStructure.Range;

/** Turns unfiltered PNG rows into 8-bit grey or colour, transparency over white. */
final class PngPixels {
  private final byte[] encoded;
  private final Header header;
  private final Range palette;
  private final Range transparency;
  private final boolean plain;
  private final int channels;
  private final byte[] target;
  private final int[] samples = new int[4];

  PngPixels(byte[] encoded, PngStructure png) {
    this.encoded = encoded;
    this.header = png.header();
    this.palette = png.palette();
    this.transparency = png.transparency();
    this.channels =
        header.colorType() == Header.GREY || header.colorType() == Header.GREY_ALPHA ? 1 : 3;
    this.plain =
        header.bitDepth() == 8
            && transparency.length() == 0
            && (header.colorType() == Header.GREY || header.colorType() == Header.RGB);
    this.target = new byte[header.height() * header.width() * channels];
  }

  PixelImage image() {
    return new PixelImage(header.height(), header.width(), channels, target);
  }

  /** Puts a row of a pass: {@code columns} pixels from {@code column} on, {@code step} apart. */
  void put(byte[] row, int columns, int targetRow, int column, int step) {
    int at = (targetRow * header.width() + column) * channels;
    if (plain && step == 1) {
      System.arraycopy(row, 1, target, at, columns * channels);
      return;
    }
    for (int c = 0; c < columns; c++) {
      for (int s = 0; s < header.samples(); s++) {
        samples[s] = sample(row, c * header.samples() + s);
      }
      store(at);
      at += step * channels;
    }
  }

  private void store(int at) {
    switch (header.colorType()) {
      case Header.PALETTE -> fromPalette(samples[0], at);
      case Header.GREY, Header.GREY_ALPHA -> {
        int alpha = header.colorType() == Header.GREY ? keyAlpha(1) : to8(samples[1]);
        target[at] = (byte) Samples.overWhite(to8(samples[0]), alpha);
      }
      default -> {
        int alpha = header.colorType() == Header.RGB ? keyAlpha(3) : to8(samples[3]);
        for (int s = 0; s < 3; s++) {
          target[at + s] = (byte) Samples.overWhite(to8(samples[s]), alpha);
        }
      }
    }
  }

  private void fromPalette(int index, int at) {
    if (index * 3 >= palette.length()) {
      throw EncodedBytes.undecodable("PNG: colour " + index + " is not in the palette");
    }
    int alpha = index < transparency.length() ? encoded[transparency.from() + index] & 0xFF : 255;
    for (int s = 0; s < 3; s++) {
      int sample = encoded[palette.from() + 3 * index + s] & 0xFF;
      target[at + s] = (byte) Samples.overWhite(sample, alpha);
    }
  }

  /** 0 where the pixel has the one transparent colour, else 255. */
  private int keyAlpha(int count) {
    if (transparency.length() < 2 * count) {
      return 255;
    }
    for (int s = 0; s < count; s++) {
      int key =
          (encoded[transparency.from() + 2 * s] & 0xFF) << 8
              | (encoded[transparency.from() + 2 * s + 1] & 0xFF);
      if (key != samples[s]) {
        return 255;
      }
    }
    return 0;
  }

  private int sample(byte[] row, int index) {
    int depth = header.bitDepth();
    if (depth == 8) {
      return row[1 + index] & 0xFF;
    }
    if (depth == 16) {
      return (row[1 + 2 * index] & 0xFF) << 8 | (row[2 + 2 * index] & 0xFF);
    }
    int bit = index * depth;
    return ((row[1 + bit / 8] & 0xFF) >> (8 - depth - bit % 8)) & ((1 << depth) - 1);
  }

  private int to8(int sample) {
    return switch (header.bitDepth()) {
      case 8 -> sample;
      case 16 -> Samples.from16(sample);
      default -> sample * 255 / ((1 << header.bitDepth()) - 1);
    };
  }
}
