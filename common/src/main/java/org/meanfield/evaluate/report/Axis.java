package org.meanfield.evaluate.report;

import java.util.ArrayList;
import java.util.List;

/**
 * A linear scale from values to coordinates, with round tick values.
 *
 * @param low value at {@code from}
 * @param high value at {@code to}
 * @param from coordinate of the low end
 * @param to coordinate of the high end
 * @param step between ticks, in values
 */
record Axis(double low, double high, double from, double to, double step) {

  /** Covers the values with about {@code ticks} ticks at 1, 2 or 5 times a power of ten. */
  static Axis covering(double least, double most, double from, double to, int ticks) {
    double span = most > least ? most - least : Math.max(Math.abs(most), 1e-9);
    double rough = span / ticks;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double ratio = rough / power;
    double step = power * (ratio < 1.5 ? 1 : ratio < 3.5 ? 2 : ratio < 7.5 ? 5 : 10);
    double low = Math.floor(least / step + 1e-9) * step;
    double high = Math.ceil(most / step - 1e-9) * step;
    return new Axis(low, high > low ? high : low + step, from, to, step);
  }

  /** The coordinate of a value. */
  double at(double value) {
    return from + (value - low) / (high - low) * (to - from);
  }

  /** The values to label. */
  List<Double> ticks() {
    List<Double> ticks = new ArrayList<>();
    long count = Math.round((high - low) / step);
    for (long i = 0; i <= count; i++) {
      ticks.add(low + i * step);
    }
    return ticks;
  }
}
