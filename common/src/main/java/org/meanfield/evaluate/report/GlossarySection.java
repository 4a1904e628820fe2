package org.meanfield.evaluate.report;

import org.meanfield.evaluate.EvaluationReport;

/** What the figures mean, in a sentence each, and what exactly they belong to. */
final class GlossarySection {
  private GlossarySection() {}

  static Tag of(EvaluationReport report) {
    return Tag.of("footer")
        .add(
            Tag.of("h2").text("What the figures mean"),
            Tag.of("dl", "glossary")
                .add(
                    entry(
                        "Accuracy",
                        "Share of images whose most probable class is the true one. The interval is"
                            + " Wilson\u2019s: it holds the accuracy on unlimited images of this"
                            + " kind in 95 of 100 such tests."),
                    entry(
                        "Top-5",
                        "Share of images whose true class is among the five most probable ones."),
                    entry(
                        "Macro F1",
                        "Mean of the classes\u2019 F1, every class counting the same, however rare"
                            + " it is."),
                    entry(
                        "Log loss",
                        "Mean of \u2212ln of the probability given to the true class; guessing"
                            + " evenly among "
                            + report.perClass().size()
                            + " classes costs "
                            + Figures.decimal(Math.log(report.perClass().size()))
                            + "."),
                    entry(
                        "Calibration error",
                        "Mean distance between confidence and accuracy over 15 groups of equal"
                            + " width.")),
            Tag.of("dl", "identity")
                .add(
                    entry("Model", report.modelId()),
                    entry("Data set", report.datasetId()),
                    entry("Numbers", EvaluationReport.FILE + ", beside this page")));
  }

  private static Tag entry(String term, String meaning) {
    return Tag.of("div").add(Tag.of("dt").text(term), Tag.of("dd").text(meaning));
  }
}
