package org.meanfield.evaluate;

import java.io.Serializable;
import java.util.Comparator;

/**
 * One wrongly classified example.
 *
 * @param id of the example: the SHA-256 of its image
 * @param label the true class
 * @param predicted the class it was taken for
 * @param probability given to the predicted class
 * @param labelProbability given to the true class
 */
public record Mistake(
    String id, int label, int predicted, double probability, double labelProbability)
    implements Serializable {
  /** The most confident first; equal confidence by id, so that the order is total. */
  static final Comparator<Mistake> MOST_CONFIDENT_FIRST =
      Comparator.comparingDouble((Mistake mistake) -> -mistake.probability())
          .thenComparing(Mistake::id);
}
