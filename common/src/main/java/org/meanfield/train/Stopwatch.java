package org.meanfield.train;

/** Splits elapsed time into consecutive laps. */
public final class Stopwatch {
  private final long started = System.nanoTime();
  private long lapStarted = started;

  /** Seconds since the last lap, or since the start. */
  public double lap() {
    long now = System.nanoTime();
    double seconds = (now - lapStarted) / 1e9;
    lapStarted = now;
    return seconds;
  }

  /** Seconds since the start. */
  public double total() {
    return (System.nanoTime() - started) / 1e9;
  }
}
