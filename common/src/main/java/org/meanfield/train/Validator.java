package org.meanfield.train;

import org.meanfield.model.ModelState;

/** Measures a merged state on images that training never sees. */
@FunctionalInterface
public interface Validator {
  /**
   * Share of validation images whose most probable class is the true one, in [0, 1]; NaN where
   * there are none.
   */
  double accuracy(ModelState state);
}
