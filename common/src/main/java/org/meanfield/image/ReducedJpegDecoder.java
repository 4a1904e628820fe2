package org.meanfield.image;

import java.util.Arrays;

/**
 * Reads plain JPEGs straight at a half, a quarter or an eighth of their size, for a photograph that
 * is to become much smaller, most of the work of decoding at full size would be thrown away.
 *
 * <p>One for each thread. Source: ITU-T T.81 annex F.2.
 */
final class ReducedJpegDecoder {
  /** Position in a block of each coefficient in the order of the file. */
  private static final byte[] NATURAL = {
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
    13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59,
    52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63
  };

  /** Twice what a block of real samples can have; more could overflow the transform. */
  private static final int MAX_SUM = 16_384;

  private static final ThreadLocal<ReducedJpegDecoder> OWN =
      ThreadLocal.withInitial(ReducedJpegDecoder::new);

  private final PlainScan.TableCache cache = new PlainScan.TableCache();

  private PlainScan scan;
  private JpegBits bits;
  private ReducedTransform lumaTransform;
  private ReducedTransform chromaTransform;
  private byte[] samples;
  private int[] predictions;

  private ReducedJpegDecoder() {}

  /**
   * The whole picture, smaller; null where the file is not plain or not sound: the decoder at full
   * size then says what it is.
   *
   * @param size samples of a block's side: 4, 2 or 1
   */
  static PixelImage decode(JpegStructure jpeg, int channels, int size) {
    ReducedJpegDecoder decoder = OWN.get();
    byte[] file = jpeg.essential().raw();
    decoder.scan =
        jpeg.layout() == JpegStructure.Layout.COMMON ? PlainScan.of(file, decoder.cache) : null;
    if (decoder.scan == null) {
      return null;
    }
    JpegPlanes planes = new JpegPlanes(jpeg.info(), decoder.scan.sampling(), size);
    decoder.lumaTransform = new ReducedTransform(size);
    decoder.chromaTransform = new ReducedTransform(planes.chromaBlock());
    boolean ycc = jpeg.color() == JpegStructure.Color.YCBCR;
    boolean chromaIsUsed = ycc && channels == 3;
    boolean sound =
        (ycc || jpeg.color() == JpegStructure.Color.GREY)
            && decoder.read(file, planes, chromaIsUsed);
    if (!sound) {
      return null;
    }
    return chromaIsUsed ? planes.colored() : planes.grey();
  }

  private boolean read(byte[] file, JpegPlanes planes, boolean chromaIsUsed) {
    bits = new JpegBits(file, scan.dataStart(), file.length);
    predictions = new int[scan.components()];
    samples = planes.samples();
    int untilRestart = scan.restartInterval();
    int restart = 0;
    int rows = planes.rowsOfMcus();
    int columns = planes.columnsOfMcus();
    for (int row = 0; row < rows && bits.isSound(); row++) {
      for (int column = 0; column < columns; column++) {
        if (scan.restartInterval() > 0 && untilRestart-- == 0) {
          bits.restart(restart++ & 7);
          Arrays.fill(predictions, 0);
          untilRestart = scan.restartInterval() - 1;
        }
        mcu(planes, row, column, chromaIsUsed);
      }
    }
    bits.requireMarker(0xD9);
    return bits.isSound();
  }

  private void mcu(JpegPlanes planes, int row, int column, boolean chromaIsUsed) {
    int wide = scan.sampling().horizontal();
    int high = scan.sampling().vertical();
    for (int y = 0; y < high; y++) {
      for (int x = 0; x < wide; x++) {
        block(0, planes.lumaAt(row * high + y, column * wide + x), planes.lumaStride());
      }
    }
    for (int c = 1; c < scan.components(); c++) {
      if (chromaIsUsed) {
        block(c, planes.chromaAt(c, row, column), planes.chromaStride());
      } else {
        skip(c);
      }
    }
  }

  private void block(int component, int position, int stride) {
    int[] factors = scan.quantization(component);
    HuffmanTable table = scan.acTable(component);
    ReducedTransform transform = component == 0 ? lumaTransform : chromaTransform;
    JpegBits in = bits;
    int first = dc(component) * factors[0];
    long sum = Math.abs(first);
    transform.put(0, 0, first);
    for (int k = 1; k < 64; k++) {
      int symbol = in.symbol(table);
      int length = symbol & 15;
      k += symbol >> 4;
      if (length == 0) {
        if (symbol != 0xF0) {
          break;
        }
        continue;
      }
      if (k > 63) {
        in.distrust();
        break;
      }
      int value = in.number(length) * factors[k];
      transform.put(NATURAL[k] >> 3, NATURAL[k] & 7, value);
      sum += Math.abs(value);
    }
    if (sum > MAX_SUM) {
      in.distrust();
    }
    transform.finishBlock(samples, position, stride);
  }

  private void skip(int component) {
    dc(component);
    HuffmanTable table = scan.acTable(component);
    for (int k = 1; k < 64; k++) {
      int symbol = bits.symbol(table);
      int length = symbol & 15;
      if (length == 0 && symbol != 0xF0) {
        break;
      }
      bits.skip(length);
      k += symbol >> 4;
      if (k > 63) {
        bits.distrust();
      }
    }
  }

  private int dc(int component) {
    int length = bits.symbol(scan.dcTable(component));
    if (length > 15) {
      bits.distrust();
      return 0;
    }
    if (length > 0) {
      predictions[component] += bits.number(length);
    }
    int value = predictions[component];
    if (value != (short) value) {
      bits.distrust();
    }
    return value;
  }
}
