package org.meanfield.jobs.dl4j;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.DoubleConsumer;
import org.meanfield.engine.nd4j.LiveNetwork;
import org.meanfield.train.Checkpoint;
import org.meanfield.train.RoundReport;
import org.meanfield.train.RunJournal;
import org.meanfield.train.TrainingClock;
import org.meanfield.train.TrainingListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what happens in a fit to the user's network and to DL4J's listeners, on the driver.
 *
 * <p>DL4J has a listener of the same name as ours; it is written out here.
 */
final class FitEvents implements TrainingListener {
  private static final Logger LOG = LoggerFactory.getLogger(FitEvents.class);

  private final LiveNetwork network;
  private final List<org.deeplearning4j.optimize.api.TrainingListener> listeners;
  private final DoubleConsumer score;
  private final Optional<FitTimes> times;
  private Optional<RunJournal> journal = Optional.empty();
  private double loss = Double.NaN;

  /**
   * For one fit.
   *
   * @param network that learns
   * @param listeners of DL4J
   * @param score takes the mean loss of the last round
   * @param times takes where the time went, where somebody asked for it
   */
  FitEvents(
      LiveNetwork network,
      List<org.deeplearning4j.optimize.api.TrainingListener> listeners,
      DoubleConsumer score,
      Optional<FitTimes> times) {
    this.network = network;
    this.listeners = List.copyOf(listeners);
    this.score = score;
    this.times = times;
  }

  /** True where somebody looks at the network after every round. */
  boolean wantsEveryState() {
    return !listeners.isEmpty();
  }

  /** Has each round told to a run's journal too. */
  void recordIn(RunJournal runs) {
    journal = Optional.of(runs);
  }

  /** Takes a time of the driver's. */
  void took(String key, long startMillis, long examples) {
    times.ifPresent(stats -> stats.add(key, startMillis, examples));
  }

  void begins() {
    listeners.forEach(listener -> listener.onEpochStart(network.model()));
  }

  void ends() {
    listeners.forEach(listener -> listener.onEpochEnd(network.model()));
  }

  @Override
  public void roundMerged(RoundReport report) {
    loss = report.loss();
    times.ifPresent(stats -> stats.add(report));
    journal.ifPresent(lines -> lines.roundMerged(report));
    LOG.info(
        "Round {} of epoch {}: {} iterations of each worker, loss {}, {} images/s, limit {}",
        report.clock().round(),
        report.round().epoch(),
        report.round().iterations(),
        String.format(Locale.ROOT, "%.4f", report.loss()),
        Math.round(report.imagesPerSecond()),
        report.shares().limit().id());
  }

  /** A merged state is on the driver. */
  void learned(Checkpoint now) {
    network.learn(now.state(), now.clock().iteration());
    network.score(loss);
    score.accept(loss);
    int epoch = network.epoch();
    listeners.forEach(
        listener -> listener.iterationDone(network.model(), now.clock().iteration(), epoch));
  }

  @Override
  public void validated(TrainingClock clock, double accuracy) {
    throw new IllegalStateException("A fit validates nothing");
  }

  @Override
  public void beforeCheckpoint(TrainingClock clock) {
    // A fit looks at every segment's end, and keeps the journal where it keeps a checkpoint.
  }
}
