package org.meanfield.jobs.spark;

import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.spark.SparkContext;
import org.apache.spark.util.LongAccumulator;

/** Shows how many images a Spark job has done, every few seconds, until closed. */
public final class ImageProgress implements AutoCloseable {
  private static final long SECONDS_BETWEEN = 3;

  private final Consumer<String> progress;
  private final String command;
  private final LongAccumulator done;
  private final long total;
  private final long start = System.nanoTime();
  private final ScheduledExecutorService timer;
  private long shown;

  /**
   * Starts showing.
   *
   * @param progress takes a line for a person
   * @param command the first word of each line
   * @param total how many images there are
   */
  public ImageProgress(SparkContext spark, Consumer<String> progress, String command, long total) {
    this.progress = progress;
    this.command = command;
    this.total = total;
    this.done = spark.longAccumulator(command + " images");
    this.timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, command + "-progress");
              thread.setDaemon(true);
              return thread;
            });
    var unused =
        timer.scheduleAtFixedRate(this::show, SECONDS_BETWEEN, SECONDS_BETWEEN, TimeUnit.SECONDS);
  }

  /** What the tasks add their images to. For showing only: a repeated task counts again. */
  public LongAccumulator counter() {
    return done;
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }

  private void show() {
    long now = Math.min(done.value(), total);
    if (now == shown) {
      return;
    }
    shown = now;
    progress.accept(line(command, now, total, (System.nanoTime() - start) / 1e9));
  }

  static String line(String command, long done, long total, double seconds) {
    double rate = done / seconds;
    return String.format(
        Locale.ROOT,
        "%s: %,d of %,d images, %,.0f images/s, %.0f s left",
        command,
        done,
        total,
        rate,
        (total - done) / rate);
  }
}
