package org.meanfield.engine;

import org.meanfield.model.FloatVector;

/**
 * Normalised images with their target distributions.
 *
 * @param size number of images N, positive
 * @param pixels {@code [N, C, H, W]} row-major, normalised
 * @param targets {@code [N, K]} row-major, each row a distribution over the classes; empty for
 *     prediction
 * @param weights {@code [N]}: what each example's loss is multiplied by, 0 or more; empty where all
 *     count the same. The data loss of a step is {@code sum(weight_i * loss_i) / N}; penalties on
 *     parameters have no weight.
 */
public record Minibatch(int size, FloatVector pixels, FloatVector targets, FloatVector weights) {

  /** Checks the shapes against each other, and the weights. */
  public Minibatch {
    requireWeights(size, weights);
    if (size < 1 || pixels.length() % size != 0 || targets.length() % size != 0) {
      throw new IllegalArgumentException(
          "A minibatch of "
              + size
              + " images cannot have "
              + pixels.length()
              + " pixel values and "
              + targets.length()
              + " target values");
    }
  }

  /** Examples that all count the same. */
  public Minibatch(int size, FloatVector pixels, FloatVector targets) {
    this(size, pixels, targets, FloatVector.empty());
  }

  /** The same examples with a weight each. */
  public Minibatch weighing(FloatVector given) {
    return new Minibatch(size, pixels, targets, given);
  }

  /** Whether examples have weights of their own. */
  public boolean isWeighted() {
    return weights.length() > 0;
  }

  private static void requireWeights(int size, FloatVector weights) {
    if (weights.length() != 0 && weights.length() != size) {
      throw new IllegalArgumentException(
          "A minibatch of " + size + " images cannot have " + weights.length() + " weights");
    }
    for (int i = 0; i < weights.length(); i++) {
      float weight = weights.get(i);
      if (!(weight >= 0) || Float.isInfinite(weight)) {
        throw new IllegalArgumentException(
            "Example " + i + " of a minibatch has the weight " + weight + "; expected 0 or more");
      }
    }
  }
}
