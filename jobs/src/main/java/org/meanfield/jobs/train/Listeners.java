package org.meanfield.jobs.train;

import java.util.List;
import org.meanfield.train.RoundReport;
import org.meanfield.train.TrainingClock;
import org.meanfield.train.TrainingListener;

/**
 * Several listeners as one, told in order.
 *
 * @param all at least one
 */
record Listeners(List<TrainingListener> all) implements TrainingListener {
  @Override
  public void roundMerged(RoundReport report) {
    all.forEach(listener -> listener.roundMerged(report));
  }

  @Override
  public void validated(TrainingClock clock, double accuracy) {
    all.forEach(listener -> listener.validated(clock, accuracy));
  }

  @Override
  public void beforeCheckpoint(TrainingClock clock) {
    all.forEach(listener -> listener.beforeCheckpoint(clock));
  }
}
