package org.meanfield.train;

import java.util.List;

/**
 * What a runner tells of one merged round; its state stays where it is.
 *
 * @param round that was run
 * @param workers what each did, in worker order
 * @param runSeconds from the start of the round to the last worker's contribution
 * @param mergeSeconds in which no worker trained because the coordinator merged
 * @param waitingSeconds that tasks waited for the slowest one, added up, where the runner knows
 */
public record MergedRound(
    Round round,
    List<WorkerReport> workers,
    double runSeconds,
    double mergeSeconds,
    double waitingSeconds) {

  /** Copies the reports. */
  public MergedRound {
    workers = List.copyOf(workers);
  }

  /** Examples of all workers together. */
  public long examples() {
    return workers.stream().mapToLong(WorkerReport::examples).sum();
  }

  /** Mean loss over the round's examples. */
  public double loss() {
    return workers.stream().mapToDouble(report -> report.meanLoss() * report.examples()).sum()
        / examples();
  }
}
