package org.meanfield.evaluate.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.meanfield.evaluate.EvaluationReport;

/**
 * Which class is taken for which: the matrix as a table that is its own heat map where the classes
 * are few, and the commonest confusions as a list in any case.
 */
final class ConfusionSection {
  private static final int LARGEST_TABLE = 30;
  private static final int LARGEST_MAP = 200;
  private static final int PAIRS = 12;

  private ConfusionSection() {}

  private record Pair(int actual, int predicted, long count) {}

  static Tag of(EvaluationReport report) {
    int classes = report.perClass().size();
    Tag section =
        HtmlReport.section(
            "Confusion matrix",
            "A row for each true class, a column for each predicted class. Blue is right, orange"
                + " is wrong; the stronger, the larger the share of the row.");
    if (classes <= LARGEST_TABLE) {
      section.add(Tag.of("div", "scroll").add(table(report)));
    } else if (classes <= LARGEST_MAP) {
      section.add(Tag.of("div", "scroll").add(map(report)));
    }
    return section.add(pairs(report));
  }

  private static Tag table(EvaluationReport report) {
    Tag head = Tag.of("tr").add(Tag.of("th", "corner", "true \u2193 predicted \u2192"));
    report
        .perClass()
        .forEach(
            c ->
                head.add(
                    Tag.of("th", "column")
                        .attribute("scope", "col")
                        .add(Tag.of("span").text(c.name()))));
    head.add(
        Tag.of("th", "column total").attribute("scope", "col").add(Tag.of("span").text("all")));
    Tag body = Tag.of("tbody");
    for (int actual = 0; actual < report.confusion().size(); actual++) {
      body.add(row(report, actual));
    }
    return Tag.of("table", report.perClass().size() > 16 ? "confusion dense" : "confusion")
        .add(
            Tag.of("caption", "hidden", "Confusion matrix: counts by true and predicted class"),
            Tag.of("thead").add(head),
            body);
  }

  private static Tag row(EvaluationReport report, int actual) {
    String name = report.perClass().get(actual).name();
    long support = report.perClass().get(actual).support();
    Tag row = Tag.of("tr").add(Tag.of("th", "name", name).attribute("scope", "row"));
    for (int predicted = 0; predicted < report.confusion().size(); predicted++) {
      long count = report.confusion().get(actual).get(predicted);
      double share = support == 0 ? 0 : (double) count / support;
      Tag cell =
          Tag.of("td", classes(actual == predicted ? "hit" : "miss", count, share))
              .attribute("style", "--v:" + Figures.coordinate(100 * strength(share)) + "%")
              .text(count == 0 ? "\u00b7" : Figures.count(count));
      if (count > 0) {
        cell.attribute(
            "title",
            name
                + " taken for "
                + report.perClass().get(predicted).name()
                + ": "
                + Figures.count(count)
                + " ("
                + Figures.percent(share)
                + " of the row)");
      }
      row.add(cell);
    }
    return row.add(Tag.of("td", "total", Figures.count(support)));
  }

  private static String classes(String kind, long count, double share) {
    return count == 0 ? "none" : kind + (strength(share) > 0.55 ? " strong" : "");
  }

  /** The square root makes rare confusions visible beside the diagonal. */
  private static double strength(double share) {
    return Math.sqrt(share);
  }

  /** Too many classes for numbers: squares whose titles tell the numbers. */
  private static Tag map(EvaluationReport report) {
    int classes = report.perClass().size();
    Tag svg =
        Tag.of("svg", "map")
            .attribute("viewBox", "0 0 " + classes + " " + classes)
            .attribute("role", "img")
            .attribute(
                "aria-label",
                "Confusion matrix of " + classes + " classes; its numbers are in evaluation.json");
    svg.add(Tag.of("rect", "ground").attribute("width", classes).attribute("height", classes));
    for (int actual = 0; actual < classes; actual++) {
      long support = report.perClass().get(actual).support();
      for (int predicted = 0; predicted < classes; predicted++) {
        long count = report.confusion().get(actual).get(predicted);
        if (count > 0) {
          String title =
              report.perClass().get(actual).name()
                  + " taken for "
                  + report.perClass().get(predicted).name()
                  + ": "
                  + Figures.count(count);
          svg.add(
              Tag.of("rect", actual == predicted ? "hit" : "miss")
                  .attribute("x", predicted)
                  .attribute("y", actual)
                  .attribute("width", 1)
                  .attribute("height", 1)
                  .attribute("fill-opacity", Math.max(0.25, strength((double) count / support)))
                  .add(Tag.of("title").text(title)));
        }
      }
    }
    return svg;
  }

  private static Tag pairs(EvaluationReport report) {
    List<Pair> pairs = worst(report);
    if (pairs.isEmpty()) {
      return Tag.of("p", "lead", "Nothing was confused.");
    }
    Tag body = Tag.of("tbody");
    for (Pair pair : pairs) {
      long support = report.perClass().get(pair.actual()).support();
      double share = (double) pair.count() / support;
      body.add(
          Tag.of("tr")
              .add(
                  Tag.of("th").attribute("scope", "row").text(name(report, pair.actual())),
                  Tag.of("td").text(name(report, pair.predicted())),
                  Tag.of("td", "number", Figures.count(pair.count())),
                  Tag.of("td", "bar").add(Bars.of("miss", share, Figures.percent(share)))));
    }
    Tag head =
        Tag.of("tr")
            .add(
                Tag.of("th").attribute("scope", "col").text("True class"),
                Tag.of("th").attribute("scope", "col").text("Taken for"),
                Tag.of("th", "number", "Images").attribute("scope", "col"),
                Tag.of("th").attribute("scope", "col").text("Share of the true class"));
    return Tag.of("div", "scroll")
        .add(
            Tag.of("h3").text("Most frequent confusions"),
            Tag.of("table", "list").add(Tag.of("thead").add(head), body));
  }

  private static String name(EvaluationReport report, int label) {
    return report.perClass().get(label).name();
  }

  private static List<Pair> worst(EvaluationReport report) {
    List<Pair> pairs = new ArrayList<>();
    for (int actual = 0; actual < report.confusion().size(); actual++) {
      for (int predicted = 0; predicted < report.confusion().size(); predicted++) {
        long count = report.confusion().get(actual).get(predicted);
        if (actual != predicted && count > 0) {
          pairs.add(new Pair(actual, predicted, count));
        }
      }
    }
    pairs.sort(
        Comparator.comparingLong((Pair pair) -> -pair.count())
            .thenComparing(Pair::actual)
            .thenComparing(Pair::predicted));
    return pairs.subList(0, Math.min(PAIRS, pairs.size()));
  }
}
