package org.meanfield.evaluate.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.meanfield.evaluate.report.LearningCurves.RoundPoint;
import org.meanfield.evaluate.report.LearningCurves.ValidationPoint;
import org.meanfield.evaluate.report.LineChart.Point;

/** How training went: loss, validation accuracy, learning rate, speed, and where the time went. */
final class CurvesSection {
  /** More rounds than that are drawn faintly, with their running mean on top. */
  private static final int SMOOTH_ABOVE = 40;

  private CurvesSection() {}

  static Tag of(LearningCurves curves) {
    Tag panels = Tag.of("div", "panels");
    List<RoundPoint> rounds = curves.rounds();
    if (!rounds.isEmpty()) {
      panels.add(loss(rounds));
    }
    if (curves.validations().stream().anyMatch(v -> Double.isFinite(v.accuracy()))) {
      panels.add(accuracy(curves.validations()));
    }
    if (!rounds.isEmpty()) {
      panels.add(learningRate(rounds), speed(rounds));
    }
    Tag section =
        HtmlReport.section(
            "Learning curves",
            "From the run\u2019s journal: one value for each merged round, one validation for each"
                + " epoch.");
    section.add(panels);
    if (!rounds.isEmpty()) {
      section.add(shares(rounds));
    }
    return section;
  }

  private static Tag loss(List<RoundPoint> rounds) {
    return smoothed("Training loss", rounds, RoundPoint::loss, "accent")
        .draw(
            String.format(
                Locale.ROOT,
                "from %.3f to %.3f",
                rounds.get(0).loss(),
                rounds.get(rounds.size() - 1).loss()));
  }

  private static Tag accuracy(List<ValidationPoint> validations) {
    List<ValidationPoint> known =
        validations.stream().filter(v -> Double.isFinite(v.accuracy())).toList();
    ValidationPoint best =
        known.stream().max(Comparator.comparingDouble(ValidationPoint::accuracy)).orElseThrow();
    return new LineChart("Validation accuracy", CurvesSection::wholePercent)
        .line("good", known.stream().map(v -> new Point(v.epoch(), v.accuracy())).toList())
        .draw(
            "best "
                + Figures.percent(best.accuracy())
                + " after epoch "
                + Figures.axis(best.epoch()));
  }

  private static Tag learningRate(List<RoundPoint> rounds) {
    double most = rounds.stream().mapToDouble(RoundPoint::learningRate).max().orElse(0);
    return new LineChart("Learning rate", Figures::axis)
        .line("accent plain", points(rounds, RoundPoint::learningRate))
        .draw("at most " + Figures.axis(most));
  }

  private static Tag speed(List<RoundPoint> rounds) {
    double seconds = rounds.stream().mapToDouble(RoundPoint::seconds).sum();
    double images = rounds.stream().mapToDouble(r -> r.seconds() * r.imagesPerSecond()).sum();
    return smoothed("Images per second", rounds, RoundPoint::imagesPerSecond, "accent")
        .draw(
            seconds > 0
                ? Figures.count(Math.round(images / seconds)) + " on average, all workers together"
                : "all workers together");
  }

  private static LineChart smoothed(
      String title, List<RoundPoint> rounds, ToDoubleFunction<RoundPoint> part, String classes) {
    LineChart chart = new LineChart(title, Figures::axis);
    List<Point> all = points(rounds, part);
    if (all.size() <= SMOOTH_ABOVE) {
      return chart.line(classes, all);
    }
    return chart.line(classes + " faint", all).line(classes + " plain", runningMean(all));
  }

  private static List<Point> points(List<RoundPoint> rounds, ToDoubleFunction<RoundPoint> part) {
    return rounds.stream().map(r -> new Point(r.epoch(), part.applyAsDouble(r))).toList();
  }

  /** Mean of each value and its neighbours, a fortieth of the run to either side. */
  private static List<Point> runningMean(List<Point> points) {
    int reach = Math.max(1, points.size() / SMOOTH_ABOVE);
    List<Point> means = new ArrayList<>();
    for (int i = 0; i < points.size(); i++) {
      int side = Math.min(reach, Math.min(i, points.size() - 1 - i));
      double mean =
          points.subList(i - side, i + side + 1).stream()
              .mapToDouble(Point::value)
              .average()
              .orElse(0);
      means.add(new Point(points.get(i).epoch(), mean));
    }
    return means;
  }

  private static Tag shares(List<RoundPoint> rounds) {
    double seconds = rounds.stream().mapToDouble(RoundPoint::seconds).sum();
    Tag bar = Tag.of("div", "stack").attribute("role", "presentation");
    Tag legend = Tag.of("dl", "legend");
    share(bar, legend, "compute", mean(rounds, seconds, RoundPoint::compute));
    share(bar, legend, "data", mean(rounds, seconds, RoundPoint::data));
    share(bar, legend, "exchange", mean(rounds, seconds, RoundPoint::exchange));
    share(bar, legend, "waiting", mean(rounds, seconds, RoundPoint::waiting));
    share(bar, legend, "scheduling", mean(rounds, seconds, RoundPoint::scheduling));
    return Tag.of("figure", "panel shares")
        .add(
            Tag.of("figcaption")
                .add(
                    Tag.of("strong").text("Where the time went"),
                    Tag.of("span")
                        .text(
                            String.format(
                                Locale.ROOT, "%,d rounds in %,.0f s", rounds.size(), seconds))),
            bar,
            legend);
  }

  private static double mean(
      List<RoundPoint> rounds, double seconds, ToDoubleFunction<RoundPoint> part) {
    double sum = rounds.stream().mapToDouble(r -> r.seconds() * part.applyAsDouble(r)).sum();
    return seconds > 0 ? sum / seconds : 0;
  }

  private static void share(Tag bar, Tag legend, String name, double share) {
    bar.add(
        Tag.of("span", name).attribute("style", "flex-grow:" + Figures.coordinate(1000 * share)));
    legend.add(
        Tag.of("div")
            .add(
                Tag.of("dt").add(Tag.of("i", name), Tag.of("span").text(name)),
                Tag.of("dd").text(Figures.percent(share))));
  }

  private static String wholePercent(double share) {
    return Figures.axis(Math.round(share * 1000) / 10.0) + "\u202f%";
  }
}
