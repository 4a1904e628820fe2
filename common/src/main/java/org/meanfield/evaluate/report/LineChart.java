package org.meanfield.evaluate.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;

/** A small line chart over epochs, as SVG with a title and a one-sentence description. */
final class LineChart {
  private static final double WIDTH = 540;
  private static final double HEIGHT = 250;
  private static final double LEFT = 56;
  private static final double RIGHT = 14;
  private static final double TOP = 14;
  private static final double BOTTOM = 38;
  private static final int MARKERS_UP_TO = 40;

  private final String title;
  private final DoubleFunction<String> format;
  private final List<Series> series = new ArrayList<>();

  LineChart(String title, DoubleFunction<String> format) {
    this.title = title;
    this.format = format;
  }

  /** One value at one epoch. */
  record Point(double epoch, double value) {}

  private record Series(String classes, List<Point> points) {}

  /** Adds a line; values that are no numbers are left out. */
  LineChart line(String classes, List<Point> points) {
    List<Point> finite = points.stream().filter(p -> Double.isFinite(p.value())).toList();
    if (!finite.isEmpty()) {
      series.add(new Series(classes, finite));
    }
    return this;
  }

  /**
   * The chart.
   *
   * @param summary what it shows in a sentence, for those who cannot see it
   */
  Tag draw(String summary) {
    Tag svg =
        Tag.of("svg", "chart")
            .attribute("viewBox", "0 0 " + Figures.axis(WIDTH) + " " + Figures.axis(HEIGHT))
            .attribute("role", "img")
            .attribute("aria-label", title + ": " + summary);
    if (!series.isEmpty()) {
      Axis x = Axis.covering(0, most(Point::epoch), LEFT, WIDTH - RIGHT, 6);
      Axis y = vertical();
      grid(svg, x, y);
      series.forEach(line -> draw(svg, line, x, y));
    }
    return Tag.of("figure", "panel")
        .add(
            Tag.of("figcaption").add(Tag.of("strong").text(title), Tag.of("span").text(summary)),
            svg);
  }

  private Axis vertical() {
    double least =
        series.stream().flatMap(s -> s.points().stream()).mapToDouble(Point::value).min().orElse(0);
    double most = most(Point::value);
    // A range that starts near 0 starts at 0; one far from it is shown closely.
    double low = least >= 0 && least < 0.6 * most ? 0 : least;
    return Axis.covering(low, most, HEIGHT - BOTTOM, TOP, 4);
  }

  private double most(ToDoubleFunction<Point> part) {
    return series.stream().flatMap(s -> s.points().stream()).mapToDouble(part).max().orElse(1);
  }

  private void grid(Tag svg, Axis x, Axis y) {
    for (double value : y.ticks()) {
      svg.add(
          line("grid", LEFT, y.at(value), WIDTH - RIGHT, y.at(value)),
          text("tick end", LEFT - 8, y.at(value) + 4, format.apply(value)));
    }
    for (double value : x.ticks()) {
      if (value <= x.high()) {
        svg.add(text("tick middle", x.at(value), HEIGHT - BOTTOM + 18, Figures.axis(value)));
      }
    }
    svg.add(text("tick middle", (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 4, "epoch"));
  }

  private void draw(Tag svg, Series line, Axis x, Axis y) {
    StringBuilder path = new StringBuilder();
    for (Point point : line.points()) {
      path.append(path.length() == 0 ? "M" : "L")
          .append(Figures.coordinate(x.at(point.epoch())))
          .append(' ')
          .append(Figures.coordinate(y.at(point.value())));
    }
    svg.add(Tag.of("path", "line " + line.classes()).attribute("d", path.toString()));
    if (line.points().size() <= MARKERS_UP_TO && !line.classes().contains("faint")) {
      for (Point point : line.points()) {
        svg.add(
            Tag.of("circle", "marker " + line.classes())
                .attribute("cx", x.at(point.epoch()))
                .attribute("cy", y.at(point.value()))
                .attribute("r", 4)
                .add(
                    Tag.of("title")
                        .text(
                            "epoch "
                                + Figures.axis(Math.round(point.epoch() * 100) / 100.0)
                                + ": "
                                + format.apply(point.value()))));
      }
    }
  }

  static Tag line(String classes, double x1, double y1, double x2, double y2) {
    return Tag.of("line", classes)
        .attribute("x1", x1)
        .attribute("y1", y1)
        .attribute("x2", x2)
        .attribute("y2", y2);
  }

  static Tag text(String classes, double x, double y, String text) {
    return Tag.of("text", classes, text).attribute("x", x).attribute("y", y);
  }
}
