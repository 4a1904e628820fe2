package org.meanfield.train;

import java.util.List;
import java.util.Optional;

/**
 * What a runner tells of one merged round.
 *
 * @param round that was run
 * @param workers what each did, in worker order
 * @param runSeconds from the start of the round to the last worker's contribution
 * @param mergeSeconds in which no worker trained because the coordinator merged
 * @param waitingSeconds that tasks waited for the slowest one, added up, where the runner knows
 * @param state that it merged, where the stretch wants it; else it stays where it is
 */
public record MergedRound(
    Round round,
    List<WorkerReport> workers,
    double runSeconds,
    double mergeSeconds,
    double waitingSeconds,
    Optional<MergedState> state) {

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
