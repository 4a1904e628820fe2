package org.meanfield.engine;

import org.meanfield.model.FloatVector;

/**
 * Normalised images with their target distributions.
 *
 * @param size number of images N, positive
 * @param pixels {@code [N, C, H, W]} row-major, normalised
 * @param targets {@code [N, K]} row-major, each row a distribution over the classes; empty for
 *     prediction
 */
public record Minibatch(int size, FloatVector pixels, FloatVector targets) {

  /** Checks the shapes against each other. */
  public Minibatch {
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
}
