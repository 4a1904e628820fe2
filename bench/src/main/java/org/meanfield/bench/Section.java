package org.meanfield.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * One table of a report and its chart.
 *
 * @param title what it shows
 * @param unit of every figure
 * @param baseline the system that the others of its group are divided by
 * @param rows in order of display
 */
record Section(String title, String unit, String baseline, List<Row> rows) {
  /** Copies the rows. */
  Section {
    rows = List.copyOf(rows);
  }

  /** The groups, in order of display. */
  List<String> groups() {
    return rows.stream().map(Row::group).distinct().toList();
  }

  /** The rows of one group. */
  List<Row> rowsOf(String group) {
    return rows.stream().filter(row -> row.group().equals(group)).toList();
  }

  /** What was measured of a system; missing where the section does not have it. */
  Outcome outcome(String group, String system) {
    return rows.stream()
        .filter(row -> row.group().equals(group) && row.system().equals(system))
        .map(Row::outcome)
        .findFirst()
        .orElse(new Outcome.Missing("not part of this measurement"));
  }

  /** Median of one system divided by that of another; empty where one is missing. */
  OptionalDouble ratio(String group, String system, String other) {
    OptionalDouble above = outcome(group, system).median();
    OptionalDouble below = outcome(group, other).median();
    return above.isPresent() && below.isPresent()
        ? OptionalDouble.of(above.getAsDouble() / below.getAsDouble())
        : OptionalDouble.empty();
  }

  /**
   * That a system reaches a share of another in each group.
   *
   * @param what completes the target's name, before the group
   */
  List<Target> atLeast(double wanted, String what, String system, String other) {
    return groups().stream()
        .map(
            group ->
                new Target(
                    what + ", " + group,
                    Target.Bound.AT_LEAST,
                    wanted,
                    ratio(group, system, other)))
        .toList();
  }

  /** As a table in Markdown. */
  List<String> markdown() {
    List<String> lines = new ArrayList<>();
    lines.add("### " + title);
    lines.add("");
    lines.add(
        "| | system | "
            + unit
            + ", median | lowest to highest | n | against "
            + baseline
            + " | also |");
    lines.add("|---|---|---|---|---|---|---|");
    rows.forEach(row -> lines.add(line(row)));
    return lines;
  }

  private String line(Row row) {
    String start = "| " + row.group() + " | " + row.system() + " | ";
    if (row.outcome() instanceof Outcome.Measured measured && !measured.windows().isEmpty()) {
      OptionalDouble ratio = ratio(row.group(), row.system(), baseline);
      return start
          + String.join(
              " | ",
              Numerals.text(measured.median().getAsDouble()),
              Numerals.text(measured.lowest()) + " to " + Numerals.text(measured.highest()),
              Integer.toString(measured.windows().size()),
              ratio.isPresent() ? Numerals.ratio(ratio.getAsDouble()) : "",
              also(measured.figures()))
          + " |";
    }
    return start + "not measured | | | | " + reason(row.outcome()) + " |";
  }

  private static String also(Map<String, Double> figures) {
    return new TreeMap<>(figures)
        .entrySet().stream()
            .map(figure -> figure.getKey() + " " + Numerals.text(figure.getValue()))
            .collect(Collectors.joining("; "));
  }

  private static String reason(Outcome outcome) {
    return outcome instanceof Outcome.Missing missing
        ? missing.reason().replace('|', '/')
        : "no window";
  }
}
