package org.meanfield.train;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * When the loop validates and checkpoints.
 *
 * @param checkpointRounds a checkpoint every so many rounds, and at the end of every epoch
 * @param validationEpochs a validation every so many epochs, and at the end; 0 for never
 * @param epochs of the plan
 * @param longestStretch rounds after which the loop takes over at the next checkpoint, also in the
 *     middle of an epoch
 */
public record LoopIntervals(
    int checkpointRounds, int validationEpochs, int epochs, int longestStretch) {
  private static final int LONGEST = 1000;

  /** Checks the ranges. */
  public LoopIntervals {
    if (checkpointRounds < 1 || validationEpochs < 0 || epochs < 1 || longestStretch < 1) {
      throw new IllegalArgumentException(
          "Intervals must be positive; found "
              + checkpointRounds
              + " rounds, "
              + validationEpochs
              + " epochs");
    }
  }

  /** With stretches of a thousand rounds or so: few enough to list, too many to start often. */
  public LoopIntervals(int checkpointRounds, int validationEpochs, int epochs) {
    this(checkpointRounds, validationEpochs, epochs, LONGEST);
  }

  /** The same without validation: for data without a validation split. */
  public LoopIntervals withoutValidation() {
    return new LoopIntervals(checkpointRounds, 0, epochs, longestStretch);
  }

  /**
   * The rounds from a clock up to the end of its epoch, with the states that checkpoints on the way
   * are made of; in an epoch longer than the longest stretch up to the checkpoint after that.
   */
  public Stretch stretch(TrainingPlan plan, TrainingClock clock) {
    List<Round> rounds = new ArrayList<>();
    Set<Integer> kept = new HashSet<>();
    TrainingClock after = clock;
    do {
      Round round = plan.nextRound(after);
      rounds.add(round);
      after = plan.after(round, after, 0);
      if (checkpointIsDue(after)) {
        kept.add(round.number());
      }
    } while (after.epochIteration() != 0
        && !(checkpointIsDue(after) && rounds.size() >= longestStretch));
    return new Stretch(rounds, kept);
  }

  boolean checkpointIsDue(TrainingClock after) {
    return after.epochIteration() == 0 || after.round() % checkpointRounds == 0;
  }

  boolean validationIsDue(TrainingClock after) {
    return validationEpochs > 0
        && after.epochIteration() == 0
        && (after.epoch() % validationEpochs == 0 || after.epoch() == epochs);
  }
}
