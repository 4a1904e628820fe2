package org.meanfield.jobs.spark.exchange;

/**
 * A worker whose loss or weights are not finite; its round is merged nowhere.
 *
 * @param worker the lowest of those that diverged
 * @param meanLoss of its round
 */
public record Diverged(int worker, double meanLoss) {
  static final int NOBODY = -1;

  static Diverged lower(Diverged one, Diverged other) {
    return one == null || (other != null && other.worker < one.worker) ? other : one;
  }
}
