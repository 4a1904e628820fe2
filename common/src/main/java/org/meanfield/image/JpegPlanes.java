package org.meanfield.image;

import org.meanfield.image.PlainScan.Sampling;

/**
 * The samples of a JPEG decoded at a part of its size, component by component in whole MCUs, and
 * the picture made from them. Where chroma has half of luma's width, its blocks keep twice as many
 * samples along a side: the smaller picture has chroma for each of its pixels.
 */
final class JpegPlanes {
  private final Sampling sampling;
  private final int size;
  private final int height;
  private final int width;
  private final int mcuRows;
  private final int mcuColumns;
  private final int chromaBlock; // samples along a side
  private final byte[] samples; // luma, then the two chroma planes
  private final int lumaSize;
  private final int chromaSize;

  /** For a picture whose blocks give {@code size x size} samples; allocates what is needed. */
  JpegPlanes(ImageInfo info, Sampling sampling, int size) {
    this.sampling = sampling;
    this.size = size;
    this.height = ceilDiv(info.height() * size, 8);
    this.width = ceilDiv(info.width() * size, 8);
    this.mcuRows = ceilDiv(info.height(), 8 * sampling.vertical());
    this.mcuColumns = ceilDiv(info.width(), 8 * sampling.horizontal());
    this.chromaBlock = size * sampling.horizontal();
    this.chromaSize = mcuRows * mcuColumns * chromaBlock * chromaBlock;
    this.lumaSize =
        mcuRows * mcuColumns * size * size * sampling.horizontal() * sampling.vertical();
    this.samples = new byte[lumaSize + (info.channels() - 1) * chromaSize];
  }

  int rowsOfMcus() {
    return mcuRows;
  }

  int columnsOfMcus() {
    return mcuColumns;
  }

  /** Where the decoder puts samples. */
  byte[] samples() {
    return samples;
  }

  int lumaStride() {
    return mcuColumns * size * sampling.horizontal();
  }

  int lumaAt(int blockRow, int blockColumn) {
    return blockRow * size * lumaStride() + blockColumn * size;
  }

  /** Samples along a side of a chroma block. */
  int chromaBlock() {
    return chromaBlock;
  }

  int chromaStride() {
    return mcuColumns * chromaBlock;
  }

  /** Position of a block of component 1 or 2. */
  int chromaAt(int component, int blockRow, int blockColumn) {
    int plane = lumaSize + (component - 1) * chromaSize;
    return plane + blockRow * chromaBlock * chromaStride() + blockColumn * chromaBlock;
  }

  /** The picture from the first component alone. */
  PixelImage grey() {
    byte[] pixels = new byte[height * width];
    for (int row = 0; row < height; row++) {
      System.arraycopy(samples, row * lumaStride(), pixels, row * width, width);
    }
    return new PixelImage(height, width, 1, pixels);
  }

  /** The picture in colour, from YCbCr. */
  PixelImage colored() {
    byte[] pixels = new byte[height * width * 3];
    int[] cb = new int[width];
    int[] cr = new int[width];
    int to = 0;
    for (int row = 0; row < height; row++) {
      chroma(1, row, cb);
      chroma(2, row, cr);
      int from = row * lumaStride();
      for (int i = 0; i < width; i++) {
        int y = samples[from + i] & 0xFF;
        pixels[to] = (byte) Samples.red(y, cr[i]);
        pixels[to + 1] = (byte) Samples.green(y, cb[i], cr[i]);
        pixels[to + 2] = (byte) Samples.blue(y, cb[i]);
        to += 3;
      }
    }
    return new PixelImage(height, width, 3, pixels);
  }

  /** A row of a chroma component: one sample for each pixel. */
  private void chroma(int component, int row, int[] out) {
    int start = lumaSize + (component - 1) * chromaSize;
    // Chroma of half the width and the full height has two rows of samples for each row of pixels.
    int rows = sampling.horizontal() / sampling.vertical();
    int first = start + row * rows * chromaStride();
    int last = first + (rows - 1) * chromaStride();
    for (int i = 0; i < width; i++) {
      out[i] = ((samples[first + i] & 0xFF) + (samples[last + i] & 0xFF) + 1) >> 1;
    }
  }

  private static int ceilDiv(int dividend, int divisor) {
    return (dividend + divisor - 1) / divisor;
  }
}
