package org.meanfield.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.meanfield.engine.Engines;

/** The time of a program's fits, from the first to the end of the last. */
final class MigrationClock {
  /** Name of the figure over all fits. */
  static final String WHOLE = "whole program, images/s";

  private final int images;
  private final long start = System.nanoTime();
  private final List<Double> rates = new ArrayList<>();
  private long last = start;

  /**
   * Starts.
   *
   * @param images of each fit
   */
  MigrationClock(int images) {
    this.images = images;
  }

  /** A fit has ended. */
  void lap() {
    long now = System.nanoTime();
    rates.add(rate(images, now - last));
    last = now;
  }

  /** A window for each fit. */
  Outcome.Measured figures(double accuracy, String spark) {
    String software =
        "dl4j-spark 1.0.0-M2 on " + Engines.named("nd4j").description() + ", Spark " + spark;
    double whole = rate((long) images * rates.size(), last - start);
    return new Outcome.Measured(
        rates, software, Map.of(TestAccuracy.FIGURE, accuracy, WHOLE, whole));
  }

  private static double rate(long images, long nanos) {
    return images / (nanos / 1e9);
  }
}
