package org.meanfield.train;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.meanfield.engine.Minibatch;
import org.meanfield.image.Augmentation;
import org.meanfield.model.FloatVector;

/**
 * A worker's examples as arrays that somebody else has prepared, in one local file that is
 * memory-mapped. They are trained on as they are: what a plan does to images cannot be done to
 * them. A record: id (32 bytes), features, targets.
 */
public final class ArrayExamples implements WorkerExamples {
  private final Shape shape;
  private final MappedRecords records;

  private ArrayExamples(Shape shape, MappedRecords records) {
    this.shape = shape;
    this.records = records;
  }

  @Override
  public int size() {
    return records.size();
  }

  @Override
  public String id(int index) {
    return records.id(index, 0);
  }

  /** One: copying values is far quicker than training on them. */
  @Override
  public int readers() {
    return 1;
  }

  @Override
  public MinibatchMaker maker(TrainingPlan plan, int worker, int epoch) {
    if (!plan.augmentation().equals(Augmentation.none()) || plan.labelSmoothing() != 0) {
      throw new IllegalStateException(
          "The plan augments images or smooths labels, and worker "
              + worker
              + " has arrays that are trained on as they are; prepare them before");
    }
    return this::minibatch;
  }

  private Minibatch minibatch(List<Integer> examples) {
    float[] features = new float[examples.size() * shape.features()];
    float[] targets = new float[examples.size() * shape.targets()];
    for (int i = 0; i < examples.size(); i++) {
      FloatBuffer values = values(examples.get(i));
      values.get(features, i * shape.features(), shape.features());
      values.get(targets, i * shape.targets(), shape.targets());
    }
    return new Minibatch(examples.size(), FloatVector.wrap(features), FloatVector.wrap(targets));
  }

  private FloatBuffer values(int index) {
    int start = records.offset(index) + MappedRecords.ID_BYTES;
    return records.chunk(index).slice(start, Float.BYTES * shape.values()).asFloatBuffer();
  }

  private record Shape(int features, int targets) {
    int values() {
      return features + targets;
    }

    int recordBytes() {
      return MappedRecords.ID_BYTES + Float.BYTES * values();
    }
  }

  /** Writes examples of one shape to a file, in the order in which they shall be numbered. */
  public static final class Writer implements AutoCloseable {
    private final Shape shape;
    private final MappedRecords.Writer records;

    /**
     * Creates or overwrites {@code file}.
     *
     * @param features values of an example's features
     * @param targets values of its targets
     */
    public Writer(Path file, int features, int targets) {
      this.shape = new Shape(features, targets);
      this.records = new MappedRecords.Writer(file, shape.recordBytes());
    }

    /**
     * Adds one example of the writer's shape.
     *
     * @param id 64 hex digits
     */
    public void add(String id, ArrayExample example) {
      if (example.values().length != Float.BYTES * shape.values()) {
        throw new IllegalArgumentException(
            "Example "
                + id
                + " has "
                + example.values().length / Float.BYTES
                + " values, expected "
                + shape.features()
                + " features and "
                + shape.targets()
                + " targets");
      }
      records.add(
          out -> {
            out.write(HexFormat.of().parseHex(id));
            out.write(example.values());
          });
    }

    /** Closes the file and maps it for reading. */
    public ArrayExamples finish() {
      return new ArrayExamples(shape, records.finish());
    }

    @Override
    public void close() {
      records.close();
    }
  }
}
