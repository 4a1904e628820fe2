package org.meanfield.evaluate.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.meanfield.evaluate.EvaluationReport;

/**
 * An evaluation as one page for people: {@code report.html}. The file stands alone: styles and
 * pictures are inside, it has no script, and its content security policy forbids every request.
 * Light or dark as the reader's system is; every drawing has its numbers as text or as a table.
 */
public final class HtmlReport {
  /** The file's name. */
  public static final String FILE = "report.html";

  private static final String POLICY =
      "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

  private HtmlReport() {}

  /** The whole page. The same report and source give the same text. */
  public static String render(EvaluationReport report, ReportSource source) {
    Tag main = Tag.of("main");
    main.add(Headline.of(report, source));
    if (!source.curves().isEmpty()) {
      main.add(CurvesSection.of(source.curves()));
    }
    main.add(
        ConfusionSection.of(report),
        ClassesSection.of(report.perClass()),
        ReliabilitySection.of(report),
        MistakesSection.of(report, source.pictures()),
        GlossarySection.of(report));
    Tag head =
        Tag.of("head")
            .add(
                Tag.of("meta").attribute("charset", "utf-8"),
                Tag.of("meta")
                    .attribute("http-equiv", "Content-Security-Policy")
                    .attribute("content", POLICY),
                Tag.of("meta")
                    .attribute("name", "viewport")
                    .attribute("content", "width=device-width, initial-scale=1"),
                Tag.of("meta").attribute("name", "color-scheme").attribute("content", "light dark"),
                Tag.of("title")
                    .text(
                        Figures.percent(report.accuracy())
                            + " accuracy on "
                            + report.split()
                            + " \u2013 Meanfield"),
                Tag.style(styleSheet()));
    return "<!DOCTYPE html>\n"
        + Tag.of("html").attribute("lang", "en").add(head, Tag.of("body").add(main)).render()
        + "\n";
  }

  /** A titled part of the page, with a sentence on how to read it. */
  static Tag section(String title, String explanation) {
    return Tag.of("section").add(Tag.of("h2").text(title), Tag.of("p", "lead", explanation));
  }

  private static String styleSheet() {
    try (InputStream in = HtmlReport.class.getResourceAsStream("report.css")) {
      if (in == null) {
        throw new IllegalStateException("report.css is missing from the class path; rebuild");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("report.css cannot be read from the class path", e);
    }
  }
}
