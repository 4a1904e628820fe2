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
import org.meanfield.image.PixelImage;

/**
 * A worker's examples, decoded and resized, in one local file that is memory-mapped: training reads
 * them at random without decoding again. Records of equal length: label (int), id (32 bytes),
 * pixels. A cache, not a format: it lives as long as the process.
 */
public final class PackedExamples implements WorkerExamples {
  private static final int LABEL_BYTES = 4;
  private static final int ID_BYTES = 32;
  private static final int CHUNK_BYTES = 1 << 30;

  private final Shape shape;
  private final int size;
  private final List<MappedByteBuffer> chunks;

  private PackedExamples(Shape shape, int size, List<MappedByteBuffer> chunks) {
    this.shape = shape;
    this.size = size;
    this.chunks = chunks;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public PixelImage image(int index) {
    byte[] pixels = new byte[shape.values()];
    chunk(index).get(shape.offset(index) + LABEL_BYTES + ID_BYTES, pixels);
    return new PixelImage(shape.height(), shape.width(), shape.channels(), pixels);
  }

  @Override
  public PixelImage randomPart(int index, long seed) {
    throw new IllegalStateException(
        "Random parts are taken of images as they were ingested, and this store keeps pixels at the"
            + " network's size; keep the encoded images");
  }

  @Override
  public int label(int index) {
    return chunk(index).getInt(shape.offset(index));
  }

  @Override
  public String id(int index) {
    byte[] id = new byte[ID_BYTES];
    chunk(index).get(shape.offset(index) + LABEL_BYTES, id);
    return HexFormat.of().formatHex(id);
  }

  /** One: copying pixels is far quicker than training on them. */
  @Override
  public int readers() {
    return 1;
  }

  private ByteBuffer chunk(int index) {
    return chunks.get(index / shape.recordsPerChunk());
  }

  private record Shape(int height, int width, int channels) {
    int values() {
      return height * width * channels;
    }

    int recordBytes() {
      return LABEL_BYTES + ID_BYTES + values();
    }

    int recordsPerChunk() {
      return Math.max(1, CHUNK_BYTES / recordBytes());
    }

    int offset(int index) {
      return index % recordsPerChunk() * recordBytes();
    }
  }

  /** Writes examples of one size to a file, in the order in which they shall be numbered. */
  public static final class Writer implements AutoCloseable {
    private final Path file;
    private final DataOutputStream out;
    private final Shape shape;
    private int size;

    /** Creates or overwrites {@code file}. */
    public Writer(Path file, int height, int width, int channels) {
      this.file = file;
      this.shape = new Shape(height, width, channels);
      try {
        this.out =
            new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 20));
      } catch (IOException e) {
        throw failed(e);
      }
    }

    /**
     * Adds one example.
     *
     * @param id 64 hex digits
     * @param image of the writer's size
     */
    public void add(String id, int label, PixelImage image) {
      byte[] pixels = new byte[shape.values()];
      image.copyTo(pixels, 0);
      try {
        out.writeInt(label);
        out.write(HexFormat.of().parseHex(id));
        out.write(pixels);
      } catch (IOException e) {
        throw failed(e);
      }
      size++;
    }

    /** Closes the file and maps it for reading. */
    public PackedExamples finish() {
      close();
      List<MappedByteBuffer> chunks = new ArrayList<>();
      try (FileChannel channel = FileChannel.open(file)) {
        int perChunk = shape.recordsPerChunk();
        for (int first = 0; first < size; first += perChunk) {
          long start = (long) first * shape.recordBytes();
          long bytes = (long) Math.min(perChunk, size - first) * shape.recordBytes();
          chunks.add(channel.map(FileChannel.MapMode.READ_ONLY, start, bytes));
        }
      } catch (IOException e) {
        throw failed(e);
      }
      return new PackedExamples(shape, size, chunks);
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
