package org.meanfield.jobs.spark;

import java.io.Serializable;

/**
 * An example on its way to its worker, and how much it counts. No record, as {@link ExampleKey}.
 *
 * @param <E> what an example is without
 */
final class Weighted<E> implements Serializable {
  private static final long serialVersionUID = 1L;

  private final E example;
  private final float weight;

  Weighted(E example, float weight) {
    this.example = example;
    this.weight = weight;
  }

  E example() {
    return example;
  }

  float weight() {
    return weight;
  }
}
