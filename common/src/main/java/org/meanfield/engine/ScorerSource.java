package org.meanfield.engine;

import java.io.Serializable;

/**
 * A trained classifier on its way to where it scores: small enough to broadcast, opened there.
 * Holds no native memory.
 */
public interface ScorerSource extends Serializable {
  /** Identifies the weights: the same id scores the same way. */
  String modelId();

  /**
   * Makes a scorer ready. Ownership: the caller closes it.
   *
   * @param threads native threads that it may use
   */
  Scorer open(int threads);
}
