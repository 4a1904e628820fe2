package org.meanfield.jobs.ingest;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.spark.util.LongAccumulator;
import org.meanfield.jobs.cli.Console;

/** Shows how far the check is, every few seconds, until stopped. */
final class CheckProgress {
  private static final long SECONDS_BETWEEN = 3;
  private final ScheduledExecutorService timer;
  private final Console console;
  private final LongAccumulator checked;
  private final long total;
  private final long start = System.nanoTime();

  private CheckProgress(Console console, LongAccumulator checked, long total) {
    this.console = console;
    this.checked = checked;
    this.total = total;
    this.timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "ingest-progress");
              thread.setDaemon(true);
              return thread;
            });
  }

  static CheckProgress start(Console console, LongAccumulator checked, long total) {
    CheckProgress progress = new CheckProgress(console, checked, total);
    var unused =
        progress.timer.scheduleAtFixedRate(
            progress::show, SECONDS_BETWEEN, SECONDS_BETWEEN, TimeUnit.SECONDS);
    return progress;
  }

  private void show() {
    long done = Math.min(checked.value(), total);
    double seconds = (System.nanoTime() - start) / 1e9;
    double rate = done / seconds;
    console.progress(
        "ingest: checked %,d of %,d images, %,.0f images/s%s"
            .formatted(
                done,
                total,
                rate,
                rate > 0 ? ", %.0f s left".formatted((total - done) / rate) : ""));
  }

  void stop() {
    timer.shutdownNow();
  }
}
