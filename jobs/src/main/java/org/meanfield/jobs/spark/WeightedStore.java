package org.meanfield.jobs.spark;

import java.util.Arrays;
import java.util.Iterator;
import org.meanfield.model.FloatVector;
import org.meanfield.train.WeightedExamples;
import org.meanfield.train.WorkerExamples;
import scala.Tuple2;

/**
 * Keeps examples as another store does, and their weights beside them.
 *
 * @param store of the examples
 * @param <E> what an example is without its weight
 */
record WeightedStore<E>(ShardStore<E> store) implements ShardStore<Weighted<E>> {

  @Override
  public WorkerExamples build(int worker, Iterator<Tuple2<ExampleKey, Weighted<E>>> examples) {
    Stripped<E> stripped = new Stripped<>(examples);
    WorkerExamples kept = store.build(worker, stripped);
    return new WeightedExamples(kept, stripped.weights());
  }

  /** The examples, whose weights it notes in passing. */
  private static final class Stripped<E> implements Iterator<Tuple2<ExampleKey, E>> {
    private final Iterator<Tuple2<ExampleKey, Weighted<E>>> examples;
    private float[] weights = new float[1024];
    private int size;

    Stripped(Iterator<Tuple2<ExampleKey, Weighted<E>>> examples) {
      this.examples = examples;
    }

    @Override
    public boolean hasNext() {
      return examples.hasNext();
    }

    @Override
    public Tuple2<ExampleKey, E> next() {
      Tuple2<ExampleKey, Weighted<E>> next = examples.next();
      if (size == weights.length) {
        weights = Arrays.copyOf(weights, 2 * size);
      }
      weights[size++] = next._2().weight();
      return new Tuple2<>(next._1(), next._2().example());
    }

    FloatVector weights() {
      return FloatVector.wrap(Arrays.copyOf(weights, size));
    }
  }
}
