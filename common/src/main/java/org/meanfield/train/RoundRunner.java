package org.meanfield.train;

import java.util.List;
import org.meanfield.model.ModelState;

/** Runs every worker's part of a round, somewhere. All runners give the same bits. */
public interface RoundRunner extends AutoCloseable {
  /**
   * One contribution for each worker of the plan, in worker order.
   *
   * @param round to run
   * @param state merged state that every worker starts from
   */
  List<Contribution> run(Round round, ModelState state);

  /** How many workers can train at the same time. */
  int parallelism();

  /** Frees replicas and data. */
  @Override
  void close();
}
