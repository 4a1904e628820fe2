package org.meanfield.train;

import java.util.List;

/**
 * What one worker did in one round, without its state.
 *
 * @param worker 0-based
 * @param examples trained on
 * @param meanLoss over those examples; 0 where there were none
 * @param time where it went
 * @param exampleIds what it trained on, in order, where somebody asked for it; else empty
 */
public record WorkerReport(
    int worker, int examples, double meanLoss, WorkerTime time, List<String> exampleIds) {

  /** Copies the ids. */
  public WorkerReport {
    exampleIds = List.copyOf(exampleIds);
  }
}
