package org.meanfield.jobs.serve.http;

import java.util.List;
import java.util.Locale;

/** How many values lay at or below each of some bounds. Thread-safe. */
final class Histogram {
  private final List<Double> bounds;
  private final long[] counts; // of the values up to a bound and above the one before
  private long total;
  private double sum;

  /** With rising bounds. */
  Histogram(List<Double> bounds) {
    this.bounds = List.copyOf(bounds);
    this.counts = new long[bounds.size()];
  }

  /** Counts a value. */
  synchronized void add(double value) {
    int i = 0;
    while (i < counts.length && value > bounds.get(i)) {
      i++;
    }
    if (i < counts.length) {
      counts[i]++;
    }
    sum += value;
    total++;
  }

  /**
   * The lines of Prometheus' text format.
   *
   * @param labels {@code name="value"} pairs, or nothing
   */
  synchronized void print(StringBuilder text, String name, String labels) {
    String comma = labels.isEmpty() ? "" : ",";
    String braced = labels.isEmpty() ? "" : "{" + labels + "}";
    long below = 0;
    for (int i = 0; i < counts.length; i++) {
      below += counts[i];
      bucket(text, name, labels + comma, bounds.get(i).toString(), below);
    }
    bucket(text, name, labels + comma, "+Inf", total);
    text.append(String.format(Locale.ROOT, "%s_sum%s %.9g\n", name, braced, sum));
    text.append(name).append("_count").append(braced).append(' ').append(total).append('\n');
  }

  private static void bucket(
      StringBuilder text, String name, String labels, String bound, long count) {
    text.append(name).append("_bucket{").append(labels).append("le=\"").append(bound);
    text.append("\"} ").append(count).append('\n');
  }
}
