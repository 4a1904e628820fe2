package org.meanfield.train;

import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;

/**
 * Enough to go on with the same bits.
 *
 * @param planDigest the plan it belongs to
 * @param clock merged rounds so far
 * @param state merged state
 * @param velocity of the outer step; empty for plain averaging
 * @param validationAccuracy as last measured at or before this clock, in [0, 1]; NaN where never
 */
public record Checkpoint(
    String planDigest,
    TrainingClock clock,
    ModelState state,
    FloatVector velocity,
    double validationAccuracy) {

  /** Where training starts. */
  public static Checkpoint initial(String planDigest, ModelState state) {
    return new Checkpoint(planDigest, TrainingClock.START, state, FloatVector.empty(), Double.NaN);
  }

  /** What the next round starts from. */
  public MergedState merged() {
    return new MergedState(state, velocity);
  }

  /** The same moment of a run that goes on by another plan. */
  public Checkpoint under(String otherPlanDigest) {
    return new Checkpoint(otherPlanDigest, clock, state, velocity, validationAccuracy);
  }

  /** A later moment of the same run; the accuracy stays the one measured last. */
  public Checkpoint after(TrainingClock later, MergedState merged) {
    return new Checkpoint(planDigest, later, merged.state(), merged.velocity(), validationAccuracy);
  }

  /** The same moment with a validation accuracy measured at it. */
  public Checkpoint withValidationAccuracy(double accuracy) {
    return new Checkpoint(planDigest, clock, state, velocity, accuracy);
  }
}
