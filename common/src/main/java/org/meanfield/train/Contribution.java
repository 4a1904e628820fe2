package org.meanfield.train;

import java.util.List;
import org.meanfield.average.WeightedState;
import org.meanfield.model.ModelState;

/**
 * What one worker gives to one round. A pure function of the merged state, the plan, the worker's
 * examples and the seed, so that it does not matter where, when or how often it was computed; it is
 * keyed by (round, worker) and counts once.
 *
 * @param worker 0-based
 * @param round 0-based
 * @param state after the local iterations
 * @param examples trained on in this round; 0 where the worker's epoch was over before
 * @param meanLoss over those examples; 0 where there were none; NaN or infinite where the replica
 *     diverged
 * @param time where it went
 * @param exampleIds what it trained on, in order, where the plan's owner asked for it; else empty
 */
public record Contribution(
    int worker,
    int round,
    ModelState state,
    int examples,
    double meanLoss,
    WorkerTime time,
    List<String> exampleIds) {

  /** Copies the ids. */
  public Contribution {
    exampleIds = List.copyOf(exampleIds);
  }

  /** As the averager takes it. */
  public WeightedState weighted() {
    return new WeightedState(state, examples);
  }

  /** The same without the state. */
  public WorkerReport report() {
    return new WorkerReport(worker, examples, meanLoss, time, exampleIds);
  }
}
