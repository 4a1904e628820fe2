package org.meanfield.train;

/** Told what the loop does, on the loop's thread. */
public interface TrainingListener {
  /** A round was merged. */
  void roundMerged(RoundReport report);

  /** A merged state was measured on the validation split. */
  void validated(TrainingClock clock, double accuracy);

  /**
   * Called before a checkpoint becomes valid, so that what a listener writes is never behind it.
   */
  void beforeCheckpoint(TrainingClock clock);
}
