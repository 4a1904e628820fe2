package org.meanfield.jobs.spark;

import org.meanfield.train.MergedState;
import org.meanfield.train.Stretch;

/** Resident rounds failed again and again. What was merged before stands, and was told. */
final class ResidentRoundsException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  private final transient Stretch rest;
  private final transient MergedState merged;

  /**
   * Says why.
   *
   * @param rest the rounds that were not merged
   * @param merged what they start from
   */
  ResidentRoundsException(String message, Throwable cause, Stretch rest, MergedState merged) {
    super(message, cause);
    this.rest = rest;
    this.merged = merged;
  }

  Stretch rest() {
    return rest;
  }

  MergedState merged() {
    return merged;
  }
}
