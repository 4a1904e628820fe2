package org.meanfield.jobs.spark;

import org.meanfield.jobs.spark.exchange.Diverged;

/** A worker diverged, somewhere; the round is merged nowhere. */
final class DivergedRound extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int worker;
  private final double meanLoss;

  DivergedRound(Diverged diverged) {
    super("Worker " + diverged.worker() + " diverged");
    this.worker = diverged.worker();
    this.meanLoss = diverged.meanLoss();
  }

  int worker() {
    return worker;
  }

  double meanLoss() {
    return meanLoss;
  }
}
