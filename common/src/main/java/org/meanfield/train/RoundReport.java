package org.meanfield.train;

import java.util.List;

/**
 * One merged round in numbers.
 *
 * @param round that was run
 * @param clock after it
 * @param loss mean over the round's examples, all workers together
 * @param examples trained on in the round
 * @param seconds from its start to the merged state
 * @param shares where the seconds went
 * @param workers what each did, in worker order
 * @param engine that computed it, by name
 */
public record RoundReport(
    Round round,
    TrainingClock clock,
    double loss,
    long examples,
    double seconds,
    TimeShares shares,
    List<WorkerReport> workers,
    String engine) {

  /** Copies the reports. */
  public RoundReport {
    workers = List.copyOf(workers);
  }

  /**
   * The report of a merged round.
   *
   * @param clock after it
   * @param slots workers that can train at the same time
   * @param engine of the plan
   */
  static RoundReport of(MergedRound merged, TrainingClock clock, int slots, String engine) {
    TimeShares shares = TimeShares.of(merged, slots);
    double seconds = merged.runSeconds() + merged.mergeSeconds();
    return new RoundReport(
        merged.round(),
        clock,
        merged.loss(),
        merged.examples(),
        seconds,
        shares,
        merged.workers(),
        engine);
  }

  /** Images a second over the round, all workers together. */
  public double imagesPerSecond() {
    return examples / seconds;
  }
}
