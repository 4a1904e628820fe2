package org.meanfield.evaluate.report;

import java.util.Locale;

/** Numbers as a person reads them, the same in every locale. */
final class Figures {
  private Figures() {}

  /** 0.9134 becomes 91.3 %, with a narrow no-break space. */
  static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f\u202f%%", 100 * share);
  }

  /** Thousands in groups. */
  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** Three decimals: losses, F1. */
  static String decimal(double number) {
    return String.format(Locale.ROOT, "%.3f", number);
  }

  /** The shortest of plain and scientific notation, for axis labels. */
  static String axis(double number) {
    if (number == 0) {
      return "0";
    }
    if (Math.abs(number) >= 10_000) {
      return number % 1000 == 0
          ? String.format(Locale.ROOT, "%,.0fk", number / 1000)
          : String.format(Locale.ROOT, "%.1fk", number / 1000);
    }
    if (Math.abs(number) < 1e-3) {
      return String.format(Locale.ROOT, "%.1e", number).replace("e-0", "e-").replace(".0e", "e");
    }
    String text = String.format(Locale.ROOT, "%.4f", number);
    return text.replaceAll("0+$", "").replaceAll("\\.$", "");
  }

  /** A coordinate in a drawing, to a hundredth. */
  static String coordinate(double value) {
    return String.format(Locale.ROOT, "%.2f", value).replaceAll("0+$", "").replaceAll("\\.$", "");
  }
}
