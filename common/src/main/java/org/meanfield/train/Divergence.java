package org.meanfield.train;

import org.meanfield.average.FlatState;
import org.meanfield.error.DivergedException;

/** Stops a run whose losses or weights are not finite, before they reach the merged state. */
public final class Divergence {
  private Divergence() {}

  /** True where a worker's loss or weights are of no use. */
  public static boolean in(Contribution contribution) {
    return !Double.isFinite(contribution.meanLoss()) || !contribution.state().isFinite();
  }

  /**
   * The same of a worker whose state is apart.
   *
   * @param flat state after the local iterations; what is in it counts only where there were any
   */
  public static boolean in(WorkerReport report, float[] flat) {
    return !Double.isFinite(report.meanLoss())
        || (report.examples() > 0 && !FlatState.isFinite(flat));
  }

  /** The failure of a run in which a worker diverged. */
  public static DivergedException of(int worker, Round round, double meanLoss) {
    return new DivergedException(
        "Worker "
            + worker
            + " diverged in round "
            + round.number()
            + " (epoch "
            + (round.epoch() + 1)
            + ", iterations "
            + round.iteration()
            + " to "
            + (round.iteration() + round.iterations() - 1)
            + "): its loss is "
            + meanLoss
            + (Double.isFinite(meanLoss) ? " and its weights are not finite" : "")
            + ". The last checkpoint is whole. Lower optimizer.learning-rate, or set"
            + " optimizer.clip-norm");
  }
}
