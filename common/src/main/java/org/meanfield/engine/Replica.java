package org.meanfield.engine;

import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;

/**
 * One network on one device. Used by one thread at a time. What {@link #step} computes depends on
 * nothing but the loaded state, the minibatch and the position: same in, same bits out.
 */
public interface Replica extends AutoCloseable {
  /** Replaces all parameters and updater state. */
  void load(ModelState state);

  /**
   * One optimiser step on one minibatch.
   *
   * @return the mean loss of the minibatch before the step
   */
  double step(Minibatch minibatch, StepPosition position);

  /** A copy of the parameters and the updater state as they are now. */
  ModelState state();

  /**
   * The same into memory that the caller uses again and again.
   *
   * @param flat gets the parameters, then the updater state; exactly as long as both
   */
  void copyState(float[] flat);

  /**
   * Class probabilities in inference mode (no dropout, running batch-norm statistics).
   *
   * <p>Shape: {@code [minibatch.size() * classes]}, row by row.
   */
  FloatVector predict(Minibatch minibatch);

  /** Frees the native memory. */
  @Override
  void close();
}
