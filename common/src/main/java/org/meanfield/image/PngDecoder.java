package org.meanfield.image;

import java.util.Iterator;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.meanfield.image.BadImageException.Reason;
import org.meanfield.image.PngStructure.Header;
import org.meanfield.image.PngStructure.Range;

/**
 * Reads PNG pixels: inflates, undoes the row filters and the interlacing, and reduces to 8 bits.
 */
final class PngDecoder {
  /** Adam7: first row, first column, row step, column step of each pass. */
  private static final int[][] ADAM7 = {
    {0, 0, 8, 8}, {0, 4, 8, 8}, {4, 0, 8, 4}, {0, 2, 4, 4}, {2, 0, 4, 2}, {0, 1, 2, 2}, {1, 0, 2, 1}
  };

  private static final int[][] ONE_PASS = {{0, 0, 1, 1}};

  private final Header header;
  private final PngPixels pixels;
  private final byte[] encoded;
  private final Iterator<Range> data;
  private final Inflater inflater = new Inflater();

  private PngDecoder(byte[] encoded, PngStructure png) {
    this.encoded = encoded;
    this.header = png.header();
    this.pixels = new PngPixels(encoded, png);
    this.data = png.data().iterator();
  }

  /** A grey image for PNG's grey types, else a coloured one. */
  static PixelImage decode(byte[] encoded, PngStructure png) {
    PngDecoder decoder = new PngDecoder(encoded, png);
    try {
      return decoder.decode();
    } catch (DataFormatException e) {
      throw new BadImageException(
          Reason.UNDECODABLE, "PNG: the compressed data is damaged: " + e.getMessage(), e);
    } finally {
      decoder.inflater.end();
    }
  }

  private PixelImage decode() throws DataFormatException {
    int[][] passes = header.interlace() == 0 ? ONE_PASS : ADAM7;
    for (int[] pass : passes) {
      int rows = (header.height() - pass[0] + pass[2] - 1) / pass[2];
      int columns = (header.width() - pass[1] + pass[3] - 1) / pass[3];
      if (rows > 0 && columns > 0) {
        decodePass(pass, rows, columns);
      }
    }
    // Lets the inflater see the end of the stream, so that it compares the checksum there.
    read(new byte[1], 0);
    return pixels.image();
  }

  private void decodePass(int[] pass, int rows, int columns) throws DataFormatException {
    int rowBytes = Math.toIntExact(((long) columns * header.bitsPerPixel() + 7) / 8);
    int distance = Math.max(1, header.bitsPerPixel() / 8);
    byte[] above = new byte[rowBytes + 1];
    byte[] row = new byte[rowBytes + 1];
    for (int r = 0; r < rows; r++) {
      if (read(row, 0) < row.length) {
        throw new BadImageException(
            Reason.TRUNCATED,
            "PNG: the compressed data ends in row " + r + " of " + rows + " of a pass");
      }
      unfilter(row, above, distance);
      pixels.put(row, columns, pass[0] + r * pass[2], pass[1], pass[3]);
      byte[] spare = above;
      above = row;
      row = spare;
    }
  }

  /**
   * Fills {@code target} from {@code from} on as far as data goes; returns the position reached.
   */
  private int read(byte[] target, int from) throws DataFormatException {
    int at = from;
    while (at < target.length) {
      int count = inflater.inflate(target, at, target.length - at);
      at += count;
      if (count == 0) {
        if (inflater.finished() || inflater.needsDictionary() || !data.hasNext()) {
          return at;
        }
        if (inflater.needsInput()) {
          Range next = data.next();
          inflater.setInput(encoded, next.from(), next.length());
        }
      }
    }
    return at;
  }

  /** Undoes a row's filter in place; byte 0 names the filter. */
  private static void unfilter(byte[] row, byte[] above, int distance) {
    int filter = row[0];
    if (filter < 0 || filter > 4) {
      throw EncodedBytes.undecodable("PNG: row filter " + filter + " does not exist");
    }
    if (filter == 0) {
      return;
    }
    for (int i = 1; i < row.length; i++) {
      int left = i > distance ? row[i - distance] & 0xFF : 0;
      int up = above[i] & 0xFF;
      int corner = i > distance ? above[i - distance] & 0xFF : 0;
      int predicted =
          switch (filter) {
            case 1 -> left;
            case 2 -> up;
            case 3 -> (left + up) >> 1;
            default -> paeth(left, up, corner);
          };
      row[i] += (byte) predicted;
    }
  }

  private static int paeth(int left, int up, int corner) {
    int toLeft = Math.abs(up - corner);
    int toUp = Math.abs(left - corner);
    int toCorner = Math.abs(left + up - 2 * corner);
    if (toLeft <= toUp && toLeft <= toCorner) {
      return left;
    }
    return toUp <= toCorner ? up : corner;
  }
}
