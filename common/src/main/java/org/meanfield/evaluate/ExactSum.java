package org.meanfield.evaluate;

import java.io.Serializable;

/**
 * A sum of decimal numbers whose result does not depend on their order or grouping: each number is
 * rounded once to a multiple of 2^-28 and the multiples are added as integers. The rounding changes
 * a mean by at most 2^-29 (2e-9).
 *
 * <p>Errors: an {@link ArithmeticException} once the sum passes 2^35, which takes a billion terms
 * of the size of the largest loss.
 */
final class ExactSum implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final double UNITS = 1L << 28;
  private long units;

  /** Adds one number. */
  void add(double value) {
    units = Math.addExact(units, Math.round(value * UNITS));
  }

  /** Adds another sum. */
  void merge(ExactSum other) {
    units = Math.addExact(units, other.units);
  }

  /** The sum divided by {@code count}; 0 where there is nothing to divide by. */
  double mean(long count) {
    return count == 0 ? 0 : units / UNITS / count;
  }
}
