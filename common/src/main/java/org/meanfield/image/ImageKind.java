package org.meanfield.image;

import java.util.Locale;

/** The file formats that are read. */
public enum ImageKind {
  /** Baseline, extended and progressive JPEG with Huffman coding, 8 bits a sample. */
  JPEG,
  /** PNG of every colour type and depth, interlaced or not. */
  PNG,
  /** Windows bitmap, uncompressed, with bit fields, or run-length coded. */
  BMP,
  /** GIF; the first frame counts. */
  GIF;

  /** The name in manifests and messages: {@code jpeg}, {@code png}, {@code bmp}, {@code gif}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
