package org.meanfield.evaluate;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * A range that holds the true value with a stated confidence. In JSON: {@code [low, high]}.
 *
 * @param low inclusive
 * @param high inclusive
 */
@JsonFormat(shape = JsonFormat.Shape.ARRAY)
@JsonPropertyOrder({"low", "high"})
public record Interval(double low, double high) {
  /** The 97.5 % point of the normal distribution: 95 % lie within that many deviations. */
  private static final double Z = 1.959963984540054;

  /**
   * The 95 % interval of a proportion. Unlike the normal approximation it stays within 0..1 and
   * holds near both ends and for few trials. Source: Wilson, JASA 22 (1927), 209-212.
   */
  public static Interval wilson(long successes, long trials) {
    if (successes < 0 || successes > trials) {
      throw new IllegalArgumentException(
          successes + " successes of " + trials + " trials are no proportion");
    }
    if (trials == 0) {
      return new Interval(0, 1);
    }
    double p = (double) successes / trials;
    double z2 = Z * Z / trials;
    double middle = (p + z2 / 2) / (1 + z2);
    double reach = Z * Math.sqrt(p * (1 - p) / trials + z2 / (4 * trials)) / (1 + z2);
    // At the ends the interval reaches 0 or 1 exactly; rounding must not say otherwise.
    double low = successes == 0 ? 0 : Math.max(0, middle - reach);
    double high = successes == trials ? 1 : Math.min(1, middle + reach);
    return new Interval(low, high);
  }
}
