package org.meanfield.bench;

import java.util.Locale;

/** How figures are shown: three significant digits, more only before the decimal point. */
final class Numerals {
  private Numerals() {}

  /** A figure. */
  static String text(double value) {
    double size = Math.abs(value);
    String format = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f";
    return String.format(Locale.ROOT, format, value);
  }

  /** A ratio of two figures. */
  static String ratio(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
