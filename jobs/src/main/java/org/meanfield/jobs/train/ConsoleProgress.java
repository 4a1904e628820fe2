package org.meanfield.jobs.train;

import java.util.Locale;
import java.util.function.IntToDoubleFunction;
import org.meanfield.jobs.cli.Console;
import org.meanfield.train.RoundReport;
import org.meanfield.train.TimeShares;
import org.meanfield.train.TrainingClock;
import org.meanfield.train.TrainingListener;
import org.meanfield.train.TrainingPlan;

/** A line for each round, and one for each validation that stays. */
final class ConsoleProgress implements TrainingListener {
  private static final double SMOOTHING = 0.2;

  private final Console console;
  private final TrainingPlan plan;
  private final int rounds;
  private final IntToDoubleFunction learningRate;
  private double recentImagesPerSecond;
  private double lastLoss;

  ConsoleProgress(Console console, TrainingPlan plan, IntToDoubleFunction learningRate) {
    this.console = console;
    this.plan = plan;
    this.rounds = plan.rounds();
    this.learningRate = learningRate;
  }

  @Override
  public void roundMerged(RoundReport report) {
    double now = report.imagesPerSecond();
    recentImagesPerSecond =
        recentImagesPerSecond == 0
            ? now
            : (1 - SMOOTHING) * recentImagesPerSecond + SMOOTHING * now;
    lastLoss = report.loss();
    long left = plan.examplesPerEpoch() * plan.epochs() - report.clock().examples();
    int last = report.round().iteration() + report.round().iterations() - 1;
    console.progress(
        String.format(
            Locale.ROOT,
            "epoch %d/%d  round %d/%d  loss %.4f  rate %.2g  %,.0f images/s  %s  %s left",
            report.round().epoch() + 1,
            plan.epochs(),
            report.clock().round(),
            rounds,
            report.loss(),
            learningRate.applyAsDouble(last),
            now,
            shares(report.shares()),
            duration(left / recentImagesPerSecond)));
  }

  @Override
  public void validated(TrainingClock clock, double accuracy) {
    console.line(
        String.format(
            Locale.ROOT,
            "epoch %d/%d  validation accuracy %.2f %%  loss %.4f  %,d images trained",
            clock.epoch(),
            plan.epochs(),
            100 * accuracy,
            lastLoss,
            clock.examples()));
  }

  @Override
  public void beforeCheckpoint(TrainingClock clock) {}

  /** Where the time goes, in whole per cent, and what limits. */
  static String shares(TimeShares shares) {
    return String.format(
        Locale.ROOT,
        "compute %.0f %% data %.0f %% exchange %.0f %% waiting %.0f %% scheduling %.0f %%, limit"
            + " %s",
        100 * shares.compute(),
        100 * shares.data(),
        100 * shares.exchange(),
        100 * shares.waiting(),
        100 * shares.scheduling(),
        shares.limit().id());
  }

  /** Seconds in the two largest units that a person wants. */
  static String duration(double seconds) {
    long whole = Math.round(seconds);
    if (whole < 60) {
      return whole + " s";
    }
    return whole < 3600
        ? whole / 60 + " min " + whole % 60 + " s"
        : whole / 3600 + " h " + whole % 3600 / 60 + " min";
  }
}
