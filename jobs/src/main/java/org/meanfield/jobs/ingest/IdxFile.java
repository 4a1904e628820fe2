package org.meanfield.jobs.ingest;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.meanfield.error.DataException;
import org.meanfield.jobs.storage.Storage;

/**
 * An open IDX file of unsigned bytes, gzipped or not. Source: the format's description on the MNIST
 * page: two zero bytes, type 8, number of dimensions, each dimension as a big-endian int, then the
 * data, the last dimension running fastest.
 */
final class IdxFile implements Closeable {
  private static final int UNSIGNED_BYTES = 8;
  private static final int BUFFER = 1 << 16;
  private final String path;
  private final DataInputStream in;
  private final List<Integer> dimensions;

  private IdxFile(String path, DataInputStream in, List<Integer> dimensions) {
    this.path = path;
    this.in = in;
    this.dimensions = dimensions;
  }

  /**
   * Opens the file and reads its header. Ownership: the caller closes it.
   *
   * @throws DataException where it is no IDX file of unsigned bytes
   */
  static IdxFile open(Storage storage, String path) {
    try {
      DataInputStream in = plain(storage.open(path));
      int magic = in.readInt();
      if (magic >>> 8 != UNSIGNED_BYTES || (magic & 0xFF) < 1 || (magic & 0xFF) > 4) {
        throw new DataException(
            path
                + " is not an IDX file of unsigned bytes: it starts with 0x"
                + Integer.toHexString(magic)
                + ", expected 0x000008 and the number of dimensions");
      }
      List<Integer> dimensions = new ArrayList<>();
      for (int i = 0; i < (magic & 0xFF); i++) {
        dimensions.add(in.readInt());
      }
      if (dimensions.stream().anyMatch(size -> size < 0)) {
        throw new DataException(path + " announces negative dimensions " + dimensions);
      }
      return new IdxFile(path, in, dimensions);
    } catch (IOException e) {
      throw broken(path, e);
    }
  }

  /** Number of items, then the size of each. */
  List<Integer> dimensions() {
    return dimensions;
  }

  /** Passes over bytes. */
  void skip(long bytes) {
    try {
      in.skipNBytes(bytes);
    } catch (IOException e) {
      throw broken(path, e);
    }
  }

  /** The next bytes. */
  byte[] read(int bytes) {
    try {
      byte[] content = new byte[bytes];
      in.readFully(content);
      return content;
    } catch (IOException e) {
      throw broken(path, e);
    }
  }

  /** Checks that the data ends here. */
  void expectEnd() {
    try {
      if (in.read() >= 0) {
        throw new DataException(
            path + " holds more data than its header announces, " + dimensions + "; get it again");
      }
    } catch (IOException e) {
      throw broken(path, e);
    }
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw broken(path, e);
    }
  }

  private static DataInputStream plain(InputStream raw) throws IOException {
    BufferedInputStream buffered = new BufferedInputStream(raw, BUFFER);
    buffered.mark(2);
    boolean gzipped = buffered.read() == 0x1F && buffered.read() == 0x8B;
    buffered.reset();
    return new DataInputStream(
        gzipped
            ? new BufferedInputStream(new GZIPInputStream(buffered, BUFFER), BUFFER)
            : buffered);
  }

  private static DataException broken(String path, IOException e) {
    return new DataException(
        path
            + " cannot be read as IDX ("
            + e.getClass().getSimpleName()
            + (e.getMessage() == null ? "" : ": " + e.getMessage())
            + "): it is truncated or damaged; get it again",
        e);
  }
}
