package org.meanfield.train;

import java.util.List;
import org.meanfield.engine.Minibatch;

/** Makes the minibatches of one worker in one epoch. Used by several threads at once. */
@FunctionalInterface
public interface MinibatchMaker {
  /**
   * The minibatch of these examples, in this order: a function of plan, worker, epoch and examples
   * alone.
   *
   * @param examples their numbers, at least one
   */
  Minibatch make(List<Integer> examples);
}
