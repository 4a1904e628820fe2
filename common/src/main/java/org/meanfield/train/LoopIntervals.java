package org.meanfield.train;

import java.util.ArrayList;
import java.util.List;

/**
 * When the loop validates and checkpoints.
 *
 * @param checkpointRounds a checkpoint every so many rounds, and at the end of every epoch
 * @param validationEpochs a validation every so many epochs, and at the end; 0 for never
 * @param epochs of the plan
 */
public record LoopIntervals(int checkpointRounds, int validationEpochs, int epochs) {

  /** Checks the ranges. */
  public LoopIntervals {
    if (checkpointRounds < 1 || validationEpochs < 0 || epochs < 1) {
      throw new IllegalArgumentException(
          "Intervals must be positive; found "
              + checkpointRounds
              + " rounds, "
              + validationEpochs
              + " epochs");
    }
  }

  /** The same without validation: for data without a validation split. */
  public LoopIntervals withoutValidation() {
    return new LoopIntervals(checkpointRounds, 0, epochs);
  }

  /**
   * The rounds from a clock up to the first whose merged state somebody needs: for a validation, a
   * checkpoint, or as the end of the plan.
   */
  public List<Round> segment(TrainingPlan plan, TrainingClock clock) {
    List<Round> rounds = new ArrayList<>();
    TrainingClock after = clock;
    do {
      Round round = plan.nextRound(after);
      rounds.add(round);
      after = plan.after(round, after, 0);
    } while (!checkpointIsDue(after) && !validationIsDue(after) && !plan.isComplete(after));
    return rounds;
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
