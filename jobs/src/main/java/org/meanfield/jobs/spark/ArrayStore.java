package org.meanfield.jobs.spark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.meanfield.error.DataException;
import org.meanfield.train.ArrayExample;
import org.meanfield.train.ArrayExamples;
import org.meanfield.train.WorkerExamples;
import scala.Tuple2;

/**
 * Keeps arrays that somebody else's RDD gives. Nobody has numbered these examples, so a store that
 * is built again must come out as long as the first time.
 *
 * @param features values of an example's features
 * @param targets values of its targets
 * @param sizes examples of each worker, as the RDD gave them at first
 */
record ArrayStore(int features, int targets, List<Integer> sizes)
    implements ShardStore<ArrayExample> {

  /** Copies the sizes into a list that serialises. */
  ArrayStore {
    sizes = new ArrayList<>(sizes);
  }

  @Override
  public WorkerExamples build(int worker, Iterator<Tuple2<ExampleKey, ArrayExample>> examples) {
    Path file = LocalShards.temporaryFile("arrays");
    try (ArrayExamples.Writer writer = new ArrayExamples.Writer(file, features, targets)) {
      while (examples.hasNext()) {
        Tuple2<ExampleKey, ArrayExample> next = examples.next();
        writer.add(next._1().id(), next._2());
      }
      ArrayExamples built = writer.finish();
      requireSize(worker, built.size());
      return built;
    } finally {
      LocalShards.unlink(file);
    }
  }

  private void requireSize(int worker, int found) {
    if (found != sizes.get(worker)) {
      throw new DataException(
          "The RDD gave worker "
              + worker
              + " "
              + sizes.get(worker)
              + " examples when it was first computed, and now "
              + found
              + ": it does not give the same data each time. Draw random changes with a fixed seed,"
              + " or persist or checkpoint the RDD before training");
    }
  }
}
