package org.meanfield.image;

import java.util.Arrays;
import org.meanfield.image.BadImageException.Reason;
import org.meanfield.image.GifStructure.Frame;
import org.meanfield.image.GifStructure.Order;

/** Reads a GIF's first frame: LZW codes to palette indices to colours on a white canvas. */
final class GifDecoder {
  private static final int MAX_CODES = 4096;

  private final byte[] encoded;
  private final GifStructure gif;
  private final byte[] indices;
  private int filled;
  private int blockAt;
  private int blockLeft;
  private int bits;
  private int bitCount;

  private GifDecoder(byte[] encoded, GifStructure gif) {
    this.encoded = encoded;
    this.gif = gif;
    this.indices = new byte[gif.frame().height() * gif.frame().width()];
    this.blockAt = gif.frame().data() + 1;
  }

  /** The canvas in colour. */
  static PixelImage decode(byte[] encoded, GifStructure gif) {
    GifDecoder decoder = new GifDecoder(encoded, gif);
    decoder.decompress();
    return decoder.paint();
  }

  private void decompress() {
    int rootBits = encoded[gif.frame().data()] & 0xFF;
    if (rootBits < 1 || rootBits > 8) {
      throw EncodedBytes.undecodable("GIF: a code size of " + rootBits + " bits");
    }
    int clear = 1 << rootBits;
    int[] prefix = new int[MAX_CODES];
    byte[] suffix = new byte[MAX_CODES];
    int[] lengths = new int[MAX_CODES];
    for (int code = 0; code < clear; code++) {
      suffix[code] = (byte) code;
      lengths[code] = 1;
    }
    int codeBits = rootBits + 1;
    int next = clear + 2;
    int previous = -1;
    while (filled < indices.length) {
      int code = readCode(codeBits);
      if (code == clear) {
        codeBits = rootBits + 1;
        next = clear + 2;
        previous = -1;
        continue;
      }
      if (code == clear + 1 || code > next || (previous < 0 && code >= clear)) {
        throw damaged(code == clear + 1 ? "the end code" : "code " + code);
      }
      if (previous >= 0 && next < MAX_CODES) {
        prefix[next] = previous;
        lengths[next] = lengths[previous] + 1;
        suffix[next] = (byte) first(code == next ? previous : code, prefix, suffix, clear);
        next++;
        if (next == 1 << codeBits && codeBits < 12) {
          codeBits++;
        }
      } else if (code >= next) {
        throw damaged("code " + code);
      }
      emit(code, prefix, suffix, lengths[code]);
      previous = code;
    }
  }

  private BadImageException damaged(String what) {
    return EncodedBytes.undecodable(
        "GIF: "
            + what
            + " cannot stand after "
            + filled
            + " of "
            + indices.length
            + " pixels: the image data is damaged");
  }

  private static int first(int code, int[] prefix, byte[] suffix, int clear) {
    int root = code;
    while (root >= clear) {
      root = prefix[root];
    }
    return suffix[root];
  }

  private void emit(int code, int[] prefix, byte[] suffix, int length) {
    int end = Math.min(indices.length, filled + length);
    int link = code;
    for (int at = filled + length - 1; at >= filled; at--) {
      if (at < end) {
        indices[at] = suffix[link];
      }
      link = prefix[link];
    }
    filled = end;
  }

  private int readCode(int count) {
    while (bitCount < count) {
      if (blockLeft == 0) {
        blockLeft = encoded[blockAt++] & 0xFF;
        if (blockLeft == 0) {
          throw new BadImageException(
              Reason.TRUNCATED,
              "GIF: the image data ends after " + filled + " of " + indices.length + " pixels");
        }
      }
      bits |= (encoded[blockAt++] & 0xFF) << bitCount;
      blockLeft--;
      bitCount += 8;
    }
    int code = bits & ((1 << count) - 1);
    bits >>>= count;
    bitCount -= count;
    return code;
  }

  private PixelImage paint() {
    Frame frame = gif.frame();
    int width = gif.info().width();
    byte[] canvas = new byte[gif.info().height() * width * 3];
    Arrays.fill(canvas, (byte) 255);
    for (int stored = 0; stored < frame.height(); stored++) {
      int row = frame.order() == Order.INTERLACED ? interlaced(stored, frame.height()) : stored;
      int to = ((frame.top() + row) * width + frame.left()) * 3;
      for (int column = 0; column < frame.width(); column++, to += 3) {
        int index = indices[stored * frame.width() + column] & 0xFF;
        if (index == gif.transparent()) {
          continue;
        }
        if (index >= gif.colors()) {
          throw EncodedBytes.undecodable("GIF: colour " + index + " is not in the palette");
        }
        System.arraycopy(encoded, gif.palette() + 3 * index, canvas, to, 3);
      }
    }
    return new PixelImage(gif.info().height(), width, 3, canvas);
  }

  /** Rows 0, 8, 16..., then 4, 12..., then 2, 6..., then 1, 3... */
  private static int interlaced(int stored, int height) {
    int left = stored;
    int[] starts = {0, 4, 2, 1};
    int[] steps = {8, 8, 4, 2};
    for (int pass = 0; pass < 4; pass++) {
      int rows = (height - starts[pass] + steps[pass] - 1) / steps[pass];
      if (left < rows) {
        return starts[pass] + left * steps[pass];
      }
      left -= rows;
    }
    throw new IllegalArgumentException("Row " + stored + " of " + height);
  }
}
