package org.meanfield.evaluate.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.meanfield.evaluate.ClassFigures;

/** Precision, recall and F1 of every class, the weakest first. */
final class ClassesSection {
  private static final int OPEN = 30;

  private ClassesSection() {}

  static Tag of(List<ClassFigures> perClass) {
    List<ClassFigures> ordered = new ArrayList<>(perClass);
    ordered.sort(
        Comparator.comparingInt((ClassFigures c) -> c.support() == 0 ? 1 : 0)
            .thenComparing(ClassFigures::f1)
            .thenComparing(ClassFigures::label));
    Tag section =
        HtmlReport.section(
            "Classes",
            "The weakest first. Recall: how many of the class were found. Precision: how many of"
                + " those called so belong to it. F1 is their harmonic mean.");
    section.add(table(ordered.subList(0, Math.min(OPEN, ordered.size()))));
    if (ordered.size() > OPEN) {
      section.add(
          Tag.of("details")
              .add(
                  Tag.of("summary").text("The other " + (ordered.size() - OPEN) + " classes"),
                  table(ordered.subList(OPEN, ordered.size()))));
    }
    return section;
  }

  private static Tag table(List<ClassFigures> classes) {
    Tag head = Tag.of("tr");
    head.add(Tag.of("th").attribute("scope", "col").text("Class"));
    for (String name : List.of("F1", "Recall", "Precision")) {
      head.add(Tag.of("th").attribute("scope", "col").text(name));
    }
    head.add(Tag.of("th", "number", "Images").attribute("scope", "col"));
    Tag body = Tag.of("tbody");
    for (ClassFigures figures : classes) {
      body.add(
          Tag.of("tr")
              .add(
                  Tag.of("th").attribute("scope", "row").text(figures.name()),
                  Tag.of("td", "bar")
                      .add(Bars.of("hit", figures.f1(), Figures.decimal(figures.f1()))),
                  Tag.of("td", "bar")
                      .add(Bars.of("quiet", figures.recall(), Figures.percent(figures.recall()))),
                  Tag.of("td", "bar")
                      .add(
                          Bars.of(
                              "quiet", figures.precision(), Figures.percent(figures.precision()))),
                  Tag.of("td", "number", Figures.count(figures.support()))));
    }
    return Tag.of("div", "scroll")
        .add(Tag.of("table", "list wide").add(Tag.of("thead").add(head), body));
  }
}
