package org.meanfield.evaluate.report;

import org.meanfield.evaluate.EvaluationReport;

/** What was judged, and the figures that one looks at first. */
final class Headline {
  private Headline() {}

  static Tag of(EvaluationReport report, ReportSource source) {
    long wrong = report.examples() - right(report);
    return Tag.of("header")
        .add(
            Tag.of("p", "eyebrow", "Evaluation on the " + report.split() + " split"),
            Tag.of("h1").text(source.model()),
            Tag.of("p", "lead")
                .text(
                    Figures.count(report.examples())
                        + " images in "
                        + report.perClass().size()
                        + " classes from ")
                .add(Tag.of("span", "path", source.data())),
            Tag.of("dl", "tiles")
                .add(
                    tile(
                        "Accuracy",
                        Figures.percent(report.accuracy()),
                        "95\u202f% interval "
                            + Figures.percent(report.accuracyInterval().low())
                            + " to "
                            + Figures.percent(report.accuracyInterval().high()),
                        "tile first"),
                    tile(
                        "Mistakes",
                        Figures.count(wrong),
                        "of " + Figures.count(report.examples()) + " images",
                        "tile"),
                    tile("Top-5", Figures.percent(report.top5()), "true class among five", "tile"),
                    tile("Macro F1", Figures.decimal(report.macroF1()), weighted(report), "tile"),
                    tile("Log loss", Figures.decimal(report.logLoss()), "nats per image", "tile"),
                    tile(
                        "Calibration error",
                        Figures.percent(report.calibrationError()),
                        "0\u202f% is perfect",
                        "tile")));
  }

  private static String weighted(EvaluationReport report) {
    return "weighted by support " + Figures.decimal(report.weightedF1());
  }

  private static long right(EvaluationReport report) {
    long right = 0;
    for (int label = 0; label < report.confusion().size(); label++) {
      right += report.confusion().get(label).get(label);
    }
    return right;
  }

  private static Tag tile(String name, String value, String note, String classes) {
    return Tag.of("div", classes)
        .add(Tag.of("dt").text(name), Tag.of("dd", "value", value), Tag.of("dd", "note", note));
  }
}
