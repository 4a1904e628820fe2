package org.meanfield.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What the project wants to reach, held against what was measured.
 *
 * @param claim which figure, in words
 * @param bound on which side of the limit it should be
 * @param limit the wanted figure
 * @param reached the measured one; empty where it was not measured
 */
record Target(String claim, Bound bound, double limit, OptionalDouble reached) {

  /** The side of the limit that is good. */
  enum Bound {
    /** The limit or more. */
    AT_LEAST,
    /** The limit or less. */
    AT_MOST
  }

  /** Holding a figure against its limit. */
  enum Verdict {
    /** Reached. */
    YES,
    /** Missed. */
    NO,
    /** No figure. */
    NOT_MEASURED
  }

  /** Whether it is reached. */
  Verdict verdict() {
    if (reached.isEmpty()) {
      return Verdict.NOT_MEASURED;
    }
    double value = reached.getAsDouble();
    return (bound == Bound.AT_LEAST ? value >= limit : value <= limit) ? Verdict.YES : Verdict.NO;
  }

  /** All targets as a table in Markdown. */
  static List<String> markdown(List<Target> targets) {
    List<String> lines = new ArrayList<>();
    lines.add("### Targets");
    lines.add("");
    lines.add("| | wanted | measured | reached |");
    lines.add("|---|---|---|---|");
    targets.forEach(target -> lines.add(target.line()));
    return lines;
  }

  private String line() {
    return "| "
        + claim
        + (bound == Bound.AT_LEAST ? " | at least " : " | at most ")
        + Numerals.text(limit)
        + " | "
        + (reached.isPresent() ? Numerals.text(reached.getAsDouble()) : "")
        + " | "
        + switch (verdict()) {
          case YES -> "yes";
          case NO -> "**no**";
          case NOT_MEASURED -> "not measured";
        }
        + " |";
  }
}
