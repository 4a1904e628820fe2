package org.meanfield.engine;

import org.meanfield.model.FloatVector;

/**
 * A trained network open for prediction alone: its parameters lie in memory once, however many
 * threads predict with it, and nothing that only training needs lies beside them.
 *
 * <p>Thread-safe but for {@link #close}. Ownership: holds native memory until closed, after the
 * last prediction.
 */
public interface Predictor extends AutoCloseable {
  /** As {@link Replica#predict}, to the same bits. */
  FloatVector predict(Minibatch minibatch);

  /** Frees the native memory. */
  @Override
  void close();
}
