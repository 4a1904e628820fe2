package org.meanfield.evaluate.report;

/** A share as a bar with its number beside it: a table cell that is also a chart. */
final class Bars {
  private Bars() {}

  static Tag of(String classes, double share, String number) {
    return Tag.of("span", "gauge")
        .add(
            Tag.of("span", "track")
                .add(
                    Tag.of("span", "fill " + classes)
                        .attribute("style", "width:" + Figures.coordinate(100 * share) + "%")),
            Tag.of("span", "figure", number));
  }
}
