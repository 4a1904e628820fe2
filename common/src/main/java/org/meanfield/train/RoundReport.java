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
 * @param contributions as merged
 */
public record RoundReport(
    Round round,
    TrainingClock clock,
    double loss,
    long examples,
    double seconds,
    TimeShares shares,
    List<Contribution> contributions) {

  /** Copies the contributions. */
  public RoundReport {
    contributions = List.copyOf(contributions);
  }

  /** Images a second over the round, all workers together. */
  public double imagesPerSecond() {
    return examples / seconds;
  }
}
