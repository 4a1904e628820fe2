package org.meanfield.train;

import java.nio.file.Path;
import java.util.HexFormat;
import org.meanfield.image.PixelImage;

/**
 * A worker's examples, decoded and resized, in one local file that is memory-mapped: training reads
 * them at random without decoding again. A record: label (int), id (32 bytes), pixels.
 */
public final class PackedExamples implements ImageExamples {
  private static final int LABEL_BYTES = 4;
  private static final int HEAD_BYTES = LABEL_BYTES + MappedRecords.ID_BYTES;

  private final Shape shape;
  private final MappedRecords records;

  private PackedExamples(Shape shape, MappedRecords records) {
    this.shape = shape;
    this.records = records;
  }

  @Override
  public int size() {
    return records.size();
  }

  @Override
  public PixelImage image(int index) {
    byte[] pixels = new byte[shape.values()];
    records.chunk(index).get(records.offset(index) + HEAD_BYTES, pixels);
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
    return records.chunk(index).getInt(records.offset(index));
  }

  @Override
  public String id(int index) {
    return records.id(index, LABEL_BYTES);
  }

  /** One: copying pixels is far quicker than training on them. */
  @Override
  public int readers() {
    return 1;
  }

  private record Shape(int height, int width, int channels) {
    int values() {
      return height * width * channels;
    }

    int recordBytes() {
      return HEAD_BYTES + values();
    }
  }

  /** Writes examples of one size to a file, in the order in which they shall be numbered. */
  public static final class Writer implements AutoCloseable {
    private final Shape shape;
    private final MappedRecords.Writer records;

    /** Creates or overwrites {@code file}. */
    public Writer(Path file, int height, int width, int channels) {
      this.shape = new Shape(height, width, channels);
      this.records = new MappedRecords.Writer(file, shape.recordBytes());
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
      records.add(
          out -> {
            out.writeInt(label);
            out.write(HexFormat.of().parseHex(id));
            out.write(pixels);
          });
    }

    /** Closes the file and maps it for reading. */
    public PackedExamples finish() {
      return new PackedExamples(shape, records.finish());
    }

    @Override
    public void close() {
      records.close();
    }
  }
}
