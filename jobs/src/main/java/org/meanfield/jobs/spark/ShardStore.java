package org.meanfield.jobs.spark;

import java.io.Serializable;
import java.util.Iterator;
import org.meanfield.train.WorkerExamples;
import scala.Tuple2;

/**
 * How an executor keeps what the shuffle brings for a worker.
 *
 * @param <E> what an example is in the shuffle
 */
interface ShardStore<E> extends Serializable {
  /**
   * Builds a worker's local store.
   *
   * @param examples in the order of their keys, which is how they are numbered
   */
  WorkerExamples build(int worker, Iterator<Tuple2<ExampleKey, E>> examples);
}
