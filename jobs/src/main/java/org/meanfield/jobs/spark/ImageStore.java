package org.meanfield.jobs.spark;

import java.nio.file.Path;
import java.util.Iterator;
import org.meanfield.data.ImageSpec;
import org.meanfield.image.ImagePreparation;
import org.meanfield.jobs.storage.DatasetFiles;
import org.meanfield.train.EncodedExamples;
import org.meanfield.train.PackedExamples;
import org.meanfield.train.WorkerExamples;
import scala.Tuple2;

/**
 * Keeps images of a data set.
 *
 * @param spec that they are decoded and resized to
 * @param choice encoded images or pixels
 */
record ImageStore(ImageSpec spec, StoreChoice choice) implements ShardStore<EncodedExample> {

  @Override
  public WorkerExamples build(int worker, Iterator<Tuple2<ExampleKey, EncodedExample>> examples) {
    return switch (choice.form()) {
      case DECODED -> decoded(examples);
      case ENCODED -> encoded(examples);
    };
  }

  private PackedExamples decoded(Iterator<Tuple2<ExampleKey, EncodedExample>> examples) {
    Path file = LocalShards.temporaryFile("pixels");
    try (PackedExamples.Writer writer =
        new PackedExamples.Writer(file, spec.height(), spec.width(), spec.channels())) {
      while (examples.hasNext()) {
        Tuple2<ExampleKey, EncodedExample> next = examples.next();
        String id = next._1().id();
        writer.add(
            id, next._2().label(), ImagePreparation.prepareVerified(verified(id, next._2()), spec));
      }
      return writer.finish();
    } finally {
      LocalShards.unlink(file);
    }
  }

  private EncodedExamples encoded(Iterator<Tuple2<ExampleKey, EncodedExample>> examples) {
    Path data = LocalShards.temporaryFile("images");
    Path index = LocalShards.temporaryFile("index");
    int asked = choice.decodeThreads();
    int threads = asked > 0 ? asked : Executor.spareThreads();
    try (EncodedExamples.Writer writer = new EncodedExamples.Writer(data, index, spec, threads)) {
      while (examples.hasNext()) {
        Tuple2<ExampleKey, EncodedExample> next = examples.next();
        String id = next._1().id();
        writer.add(id, next._2().label(), verified(id, next._2()));
      }
      return writer.finish();
    } finally {
      LocalShards.unlink(data);
      LocalShards.unlink(index);
    }
  }

  /** Checked once, here: what was altered after ingest is never trained on. */
  private static byte[] verified(String id, EncodedExample example) {
    DatasetFiles.requireUnaltered(id, example.image());
    return example.image();
  }
}
