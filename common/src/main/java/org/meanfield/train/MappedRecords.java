package org.meanfield.train;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Records of equal length in one local file that is memory-mapped, to be read at random by several
 * threads. A cache, not a format: it lives as long as the process.
 */
final class MappedRecords {
  /** Of the digest that is an example's id. */
  static final int ID_BYTES = 32;

  private static final int CHUNK_BYTES = 1 << 30; // a mapping holds at most two gigabytes

  private final int recordBytes;
  private final int size;
  private final List<MappedByteBuffer> chunks;

  private MappedRecords(int recordBytes, int size, List<MappedByteBuffer> chunks) {
    this.recordBytes = recordBytes;
    this.size = size;
    this.chunks = chunks;
  }

  /** Number of records. */
  int size() {
    return size;
  }

  /** What holds a record, to be read at absolute positions from {@link #offset} on. */
  ByteBuffer chunk(int index) {
    return chunks.get(index / recordsPerChunk(recordBytes));
  }

  /** Where in its chunk a record begins. */
  int offset(int index) {
    return index % recordsPerChunk(recordBytes) * recordBytes;
  }

  /**
   * The id that a record holds, in hex.
   *
   * @param at bytes of the record before it
   */
  String id(int index, int at) {
    byte[] id = new byte[ID_BYTES];
    chunk(index).get(offset(index) + at, id);
    return HexFormat.of().formatHex(id);
  }

  private static int recordsPerChunk(int recordBytes) {
    return Math.max(1, CHUNK_BYTES / recordBytes);
  }

  /** What one record holds. */
  @FunctionalInterface
  interface Content {
    /** Writes exactly a record's bytes. */
    void writeTo(DataOutputStream out) throws IOException;
  }

  /** Writes records, in the order in which they shall be numbered. */
  static final class Writer implements AutoCloseable {
    private final Path file;
    private final DataOutputStream out;
    private final int recordBytes;
    private int size;

    /** Creates or overwrites {@code file}. */
    Writer(Path file, int recordBytes) {
      this.file = file;
      this.recordBytes = recordBytes;
      try {
        this.out =
            new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 20));
      } catch (IOException e) {
        throw failed(e);
      }
    }

    void add(Content content) {
      try {
        content.writeTo(out);
      } catch (IOException e) {
        throw failed(e);
      }
      size++;
    }

    /** Closes the file and maps it for reading. */
    MappedRecords finish() {
      close();
      List<MappedByteBuffer> chunks = new ArrayList<>();
      try (FileChannel channel = FileChannel.open(file)) {
        int perChunk = recordsPerChunk(recordBytes);
        for (int first = 0; first < size; first += perChunk) {
          long start = (long) first * recordBytes;
          long bytes = (long) Math.min(perChunk, size - first) * recordBytes;
          chunks.add(channel.map(FileChannel.MapMode.READ_ONLY, start, bytes));
        }
      } catch (IOException e) {
        throw failed(e);
      }
      return new MappedRecords(recordBytes, size, chunks);
    }

    @Override
    public void close() {
      try {
        out.close();
      } catch (IOException e) {
        throw failed(e);
      }
    }

    private UncheckedIOException failed(IOException e) {
      return new UncheckedIOException(
          "The local copy of a worker's examples, "
              + file
              + ", cannot be written or mapped ("
              + e.getMessage()
              + "); make room there or point spark.local.dir elsewhere",
          e);
    }
  }
}
