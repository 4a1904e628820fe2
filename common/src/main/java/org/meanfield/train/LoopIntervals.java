package org.meanfield.train;

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

  boolean checkpointIsDue(TrainingClock after) {
    return after.epochIteration() == 0 || after.round() % checkpointRounds == 0;
  }

  boolean validationIsDue(TrainingClock after) {
    return validationEpochs > 0
        && after.epochIteration() == 0
        && (after.epoch() % validationEpochs == 0 || after.epoch() == epochs);
  }
}
