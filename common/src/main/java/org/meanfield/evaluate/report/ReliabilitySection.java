package org.meanfield.evaluate.report;

import java.util.List;
import org.meanfield.evaluate.CalibrationBin;
import org.meanfield.evaluate.EvaluationReport;

/** Whether the model is as sure as it is right: the reliability diagram over a histogram. */
final class ReliabilitySection {
  private static final double SIDE = 330;
  private static final double LEFT = 56;
  private static final double TOP = 12;
  private static final double BOTTOM = TOP + SIDE;
  private static final double HISTOGRAM_TOP = BOTTOM + 22;
  private static final double HISTOGRAM_BOTTOM = HISTOGRAM_TOP + 70;
  private static final double WIDTH = LEFT + SIDE + 16;
  private static final double HEIGHT = HISTOGRAM_BOTTOM + 40;

  private ReliabilitySection() {}

  static Tag of(EvaluationReport report) {
    List<CalibrationBin> bins = report.reliability();
    Tag section =
        HtmlReport.section(
            "Reliability",
            "Images grouped by the probability of the predicted class. Where a bar ends on the"
                + " diagonal, the model is right as often as it claims; a bar below it means too"
                + " sure, above it not sure enough. The bars at the bottom count the images.");
    return section.add(
        Tag.of("div", "beside")
            .add(
                Tag.of("figure", "panel").add(diagram(report)),
                Tag.of("div").add(verdict(report), table(bins))));
  }

  private static Tag verdict(EvaluationReport report) {
    double confidence = 0;
    for (CalibrationBin bin : report.reliability()) {
      confidence += bin.examples() * bin.confidence();
    }
    double mean = report.examples() == 0 ? 0 : confidence / report.examples();
    double gap = mean - report.accuracy();
    String verdict =
        Math.abs(gap) < 0.005
            ? "on the whole as sure as it is right"
            : gap > 0 ? "on the whole too sure" : "on the whole not sure enough";
    return Tag.of("p")
        .text(
            "Mean confidence "
                + Figures.percent(mean)
                + ", accuracy "
                + Figures.percent(report.accuracy())
                + ": "
                + verdict
                + ". Expected calibration error "
                + Figures.percent(report.calibrationError())
                + ".");
  }

  private static Tag diagram(EvaluationReport report) {
    Axis x = new Axis(0, 1, LEFT, LEFT + SIDE, 0.2);
    Axis y = new Axis(0, 1, BOTTOM, TOP, 0.2);
    Tag svg =
        Tag.of("svg", "chart square")
            .attribute(
                "viewBox", "0 0 " + Figures.coordinate(WIDTH) + " " + Figures.coordinate(HEIGHT))
            .attribute("role", "img")
            .attribute("aria-label", "Reliability diagram; the table beside it holds the numbers");
    for (double value : y.ticks()) {
      svg.add(
          LineChart.line("grid", LEFT, y.at(value), LEFT + SIDE, y.at(value)),
          LineChart.text("tick end", LEFT - 8, y.at(value) + 4, whole(value)));
    }
    for (CalibrationBin bin : report.reliability()) {
      if (bin.examples() > 0) {
        bar(svg, bin, x, y);
      }
    }
    svg.add(LineChart.line("diagonal", x.at(0), y.at(0), x.at(1), y.at(1)));
    histogram(svg, report, x);
    for (double value : x.ticks()) {
      svg.add(LineChart.text("tick middle", x.at(value), HISTOGRAM_BOTTOM + 18, whole(value)));
    }
    return svg.add(
        LineChart.text(
            "tick middle", LEFT + SIDE / 2, HEIGHT - 4, "probability of the predicted class"),
        LineChart.text("tick middle", 0, 0, "accuracy")
            .attribute(
                "transform",
                "translate(12 " + Figures.coordinate(TOP + SIDE / 2) + ") rotate(-90)"));
  }

  /** The accuracy as a bar, and what lacks or exceeds the mean confidence as its gap. */
  private static void bar(Tag svg, CalibrationBin bin, Axis x, Axis y) {
    double left = x.at(bin.from()) + 1;
    double width = x.at(bin.to()) - x.at(bin.from()) - 2;
    double high = Math.max(bin.accuracy(), bin.confidence());
    double low = Math.min(bin.accuracy(), bin.confidence());
    String title =
        whole(bin.from())
            + " to "
            + whole(bin.to())
            + ": "
            + Figures.count(bin.examples())
            + " images, confidence "
            + Figures.percent(bin.confidence())
            + ", accuracy "
            + Figures.percent(bin.accuracy());
    svg.add(
        rect("hit", left, y.at(bin.accuracy()), width, y.at(0) - y.at(bin.accuracy()))
            .add(Tag.of("title").text(title)),
        rect("gap", left, y.at(high), width, y.at(low) - y.at(high))
            .add(Tag.of("title").text(title)));
  }

  private static void histogram(Tag svg, EvaluationReport report, Axis x) {
    long most = report.reliability().stream().mapToLong(CalibrationBin::examples).max().orElse(0);
    Axis y = new Axis(0, Math.max(1, most), HISTOGRAM_BOTTOM, HISTOGRAM_TOP, 1);
    for (CalibrationBin bin : report.reliability()) {
      double top = y.at((double) bin.examples());
      svg.add(
          rect(
                  "quiet",
                  x.at(bin.from()) + 1,
                  top,
                  x.at(bin.to()) - x.at(bin.from()) - 2,
                  HISTOGRAM_BOTTOM - top)
              .add(Tag.of("title").text(Figures.count(bin.examples()) + " images")));
    }
    svg.add(
        LineChart.line("grid", LEFT, HISTOGRAM_BOTTOM, LEFT + SIDE, HISTOGRAM_BOTTOM),
        LineChart.text("tick end", LEFT - 8, HISTOGRAM_TOP + 8, Figures.count(most)),
        LineChart.text("tick end", LEFT - 8, HISTOGRAM_BOTTOM + 2, "0"));
  }

  private static Tag table(List<CalibrationBin> bins) {
    Tag head = Tag.of("tr");
    for (String name : List.of("Probability", "Images", "Confidence", "Accuracy")) {
      head.add(Tag.of("th", "number", name).attribute("scope", "col"));
    }
    Tag body = Tag.of("tbody");
    for (CalibrationBin bin : bins) {
      if (bin.examples() > 0) {
        body.add(
            Tag.of("tr")
                .add(
                    Tag.of("th", "number", whole(bin.from()) + " \u2013 " + whole(bin.to()))
                        .attribute("scope", "row"),
                    Tag.of("td", "number", Figures.count(bin.examples())),
                    Tag.of("td", "number", Figures.percent(bin.confidence())),
                    Tag.of("td", "number", Figures.percent(bin.accuracy()))));
      }
    }
    return Tag.of("div", "scroll")
        .add(Tag.of("table", "list compact").add(Tag.of("thead").add(head), body));
  }

  private static Tag rect(String classes, double x, double y, double width, double height) {
    return Tag.of("rect", classes)
        .attribute("x", x)
        .attribute("y", y)
        .attribute("width", width)
        .attribute("height", Math.max(0, height));
  }

  private static String whole(double share) {
    return Math.round(100 * share) + "\u202f%";
  }
}
