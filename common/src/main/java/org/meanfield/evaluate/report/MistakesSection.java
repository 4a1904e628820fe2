package org.meanfield.evaluate.report;

import java.util.Map;
import org.meanfield.evaluate.EvaluationReport;
import org.meanfield.evaluate.Mistake;

/** The mistakes that the model was most sure of, with their pictures. */
final class MistakesSection {
  /** Pictures with a longer side than that look better smoothed. */
  private static final int PIXELATED_UP_TO = 96;

  private static final int ID_DIGITS = 10;

  private MistakesSection() {}

  static Tag of(EvaluationReport report, Map<String, Picture> pictures) {
    if (report.mistakes().isEmpty()) {
      return HtmlReport.section("Most confident mistakes", "There is no mistake.");
    }
    Tag section =
        HtmlReport.section(
            "Most confident mistakes",
            "Wrong, and surest of it first. Look for wrong labels in the data as well as for"
                + " weaknesses of the model.");
    Tag grid = Tag.of("ol", "mistakes");
    for (Mistake mistake : report.mistakes()) {
      grid.add(card(report, mistake, pictures.get(mistake.id())));
    }
    return section.add(grid);
  }

  private static Tag card(EvaluationReport report, Mistake mistake, Picture picture) {
    String actual = report.perClass().get(mistake.label()).name();
    String predicted = report.perClass().get(mistake.predicted()).name();
    return Tag.of("li")
        .attribute("title", "example " + mistake.id())
        .add(
            picture(picture, actual + " taken for " + predicted),
            line("wrong", predicted, mistake.probability()),
            line("right", actual, mistake.labelProbability()),
            Tag.of(
                "code",
                "id",
                mistake.id().substring(0, Math.min(ID_DIGITS, mistake.id().length()))));
  }

  private static Tag picture(Picture picture, String alternative) {
    if (picture == null) {
      return Tag.of("div", "picture missing", "no picture");
    }
    boolean small = Math.max(picture.width(), picture.height()) <= PIXELATED_UP_TO;
    return Tag.of("div", "picture")
        .add(
            Tag.of("img", small ? "pixelated" : "smooth")
                .attribute("src", picture.dataUri())
                .attribute("alt", alternative)
                .attribute("width", picture.width())
                .attribute("height", picture.height()));
  }

  private static Tag line(String kind, String name, double probability) {
    return Tag.of("p", kind)
        .add(
            Tag.of("span", "sign", kind.equals("wrong") ? "\u2715" : "\u2713")
                .attribute("aria-label", kind.equals("wrong") ? "predicted" : "true class"),
            Tag.of("span", "name", name).attribute("title", name),
            Tag.of("span", "probability", probability(probability)));
  }

  /** A wrong answer is never quite certain, and an improbable one not quite impossible. */
  private static String probability(double probability) {
    if (probability > 0.999) {
      return ">\u202f99.9\u202f%";
    }
    return probability < 0.001 ? "<\u202f0.1\u202f%" : Figures.percent(probability);
  }
}
