package org.meanfield.jobs.evaluate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.meanfield.evaluate.ClassFigures;
import org.meanfield.evaluate.EvaluationReport;

/** The figures of an evaluation as a few lines on a console. */
final class ResultTable {
  private static final int WORST = 3;

  private final EvaluationReport report;

  ResultTable(EvaluationReport report) {
    this.report = report;
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        line(
            "accuracy",
            "%.2f %%  (95 %% interval %.2f to %.2f %%, %,d images)",
            100 * report.accuracy(),
            100 * report.accuracyInterval().low(),
            100 * report.accuracyInterval().high(),
            report.examples()));
    if (report.perClass().size() > 5) {
      lines.add(line("top-5", "%.2f %%", 100 * report.top5()));
    }
    lines.add(
        line(
            "macro F1",
            "%.4f   log loss %.4f   calibration error %.4f",
            report.macroF1(),
            report.logLoss(),
            report.calibrationError()));
    List<ClassFigures> worst =
        report.perClass().stream()
            .filter(figures -> figures.support() > 0)
            .sorted(Comparator.comparingDouble(ClassFigures::f1))
            .limit(WORST)
            .toList();
    for (int i = 0; i < worst.size(); i++) {
      ClassFigures figures = worst.get(i);
      lines.add(
          line(
              i == 0 ? "weakest" : "",
              "%-20s F1 %.3f   recall %.3f   precision %.3f   %,d images",
              figures.name(),
              figures.f1(),
              figures.recall(),
              figures.precision(),
              figures.support()));
    }
    return lines;
  }

  private static String line(String name, String format, Object... values) {
    return String.format(Locale.ROOT, "  %-10s ", name)
        + String.format(Locale.ROOT, format, values);
  }
}
