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
import org.meanfield.data.ImageSpec;
import org.meanfield.image.ImagePreparation;
import org.meanfield.image.PixelImage;

/**
 * A worker's examples as they were ingested, in one local file with an index in another, both
 * memory-mapped: where decoded pixels would not fit into memory, decoding them again each time is
 * cheaper than reading them from a disk. Index records of equal length: chunk, offset in it, length
 * and label (ints), id (32 bytes). A cache, not a format: it lives as long as the process.
 */
public final class EncodedExamples implements ImageExamples {
  private static final int ID_BYTES = 32;
  private static final int RECORD_BYTES = 4 * Integer.BYTES + ID_BYTES;
  private static final int MAX_EXAMPLES = Integer.MAX_VALUE / RECORD_BYTES;

  /** A mapping holds at most two gigabytes; images do not cross from one into the next. */
  private static final int CHUNK_BYTES = 1 << 30;

  private final ImageSpec spec;
  private final int readers;
  private final int size;
  private final ByteBuffer index;
  private final List<MappedByteBuffer> chunks;

  private EncodedExamples(
      ImageSpec spec, int readers, int size, ByteBuffer index, List<MappedByteBuffer> chunks) {
    this.spec = spec;
    this.readers = readers;
    this.size = size;
    this.index = index;
    this.chunks = chunks;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public PixelImage image(int example) {
    return ImagePreparation.prepareVerified(encoded(example), spec);
  }

  @Override
  public PixelImage randomPart(int example, long seed) {
    return ImagePreparation.partOfVerified(encoded(example), spec, seed);
  }

  private byte[] encoded(int example) {
    int record = example * RECORD_BYTES;
    byte[] encoded = new byte[index.getInt(record + 2 * Integer.BYTES)];
    chunks.get(index.getInt(record)).get(index.getInt(record + Integer.BYTES), encoded);
    return encoded;
  }

  @Override
  public int label(int example) {
    return index.getInt(example * RECORD_BYTES + 3 * Integer.BYTES);
  }

  @Override
  public String id(int example) {
    byte[] id = new byte[ID_BYTES];
    index.get(example * RECORD_BYTES + 4 * Integer.BYTES, id);
    return HexFormat.of().formatHex(id);
  }

  @Override
  public int readers() {
    return readers;
  }

  /** Writes examples to a pair of files, in the order in which they shall be numbered. */
  public static final class Writer implements AutoCloseable {
    private final Path dataFile;
    private final Path indexFile;
    private final ImageSpec spec;
    private final int readers;
    private final int chunkBytes;
    private final DataOutputStream data;
    private final DataOutputStream index;
    private final List<Integer> chunkSizes = new ArrayList<>(List.of(0));
    private int size;

    /**
     * Creates or overwrites both files.
     *
     * @param spec that images are decoded and resized to when they are read
     * @param readers threads that should read ahead of training
     */
    public Writer(Path dataFile, Path indexFile, ImageSpec spec, int readers) {
      this(dataFile, indexFile, spec, readers, CHUNK_BYTES);
    }

    Writer(Path dataFile, Path indexFile, ImageSpec spec, int readers, int chunkBytes) {
      this.dataFile = dataFile;
      this.indexFile = indexFile;
      this.spec = spec;
      this.readers = readers;
      this.chunkBytes = chunkBytes;
      this.data = open(dataFile);
      this.index = open(indexFile);
    }

    /**
     * Adds one example.
     *
     * @param id 64 hex digits
     * @param encoded known to be the bytes that have this id
     */
    public void add(String id, int label, byte[] encoded) {
      if (size == MAX_EXAMPLES) {
        throw new IllegalStateException(
            "A worker's shard holds at most " + MAX_EXAMPLES + " examples; raise train.workers");
      }
      int chunk = chunkSizes.size() - 1;
      int offset = chunkSizes.get(chunk);
      if (offset > 0 && (long) offset + encoded.length > chunkBytes) {
        chunkSizes.add(0);
        chunk++;
        offset = 0;
      }
      try {
        data.write(encoded);
        index.writeInt(chunk);
        index.writeInt(offset);
        index.writeInt(encoded.length);
        index.writeInt(label);
        index.write(HexFormat.of().parseHex(id));
      } catch (IOException e) {
        throw failed(dataFile, e);
      }
      chunkSizes.set(chunk, offset + encoded.length);
      size++;
    }

    /** Closes the files and maps them for reading. */
    public EncodedExamples finish() {
      close();
      List<MappedByteBuffer> chunks = new ArrayList<>();
      try (FileChannel mapped = FileChannel.open(dataFile);
          FileChannel mappedIndex = FileChannel.open(indexFile)) {
        long start = 0;
        for (int bytes : chunkSizes) {
          chunks.add(mapped.map(FileChannel.MapMode.READ_ONLY, start, bytes));
          start += bytes;
        }
        ByteBuffer records =
            mappedIndex.map(FileChannel.MapMode.READ_ONLY, 0, (long) size * RECORD_BYTES);
        return new EncodedExamples(spec, readers, size, records, chunks);
      } catch (IOException e) {
        throw failed(dataFile, e);
      }
    }

    @Override
    public void close() {
      try (data;
          index) {
        data.flush();
      } catch (IOException e) {
        throw failed(dataFile, e);
      }
    }

    private static DataOutputStream open(Path file) {
      try {
        return new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 20));
      } catch (IOException e) {
        throw failed(file, e);
      }
    }

    private static UncheckedIOException failed(Path file, IOException e) {
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
