package org.meanfield.bench;

import java.util.List;
import java.util.Locale;

/**
 * Bars in SVG: a group for each network, a bar for each system up to its median, a line from its
 * lowest to its highest window. Groups differ by orders of magnitude, so each has its own scale;
 * the figure stands beside the bar.
 */
final class BarChart {
  private static final int WIDTH = 900;
  private static final int BARS_AT = 350;
  private static final int LONGEST = 430;
  private static final int ROW = 20;
  private static final int TITLE = 34;
  private static final int GROUP = 28;
  private static final int MARGIN = 12;
  private static final int LONGEST_REASON = 70;

  /** Distinguishable with the usual colour blindnesses. Source: Okabe and Ito 2008. */
  private static final List<String> COLOURS =
      List.of(
          "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8c8c8c", "#b8a800");

  private final List<Section> sections;
  private final StringBuilder body = new StringBuilder();
  private int y = MARGIN;

  BarChart(List<Section> sections) {
    this.sections = List.copyOf(sections);
  }

  /** The picture, on white, with its own fonts left to the reader. */
  String svg() {
    body.setLength(0);
    y = MARGIN;
    sections.forEach(this::add);
    int height = y + MARGIN;
    return String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d"
                + " %d\" font-family=\"sans-serif\" font-size=\"12\">%n<rect width=\"100%%\""
                + " height=\"100%%\" fill=\"white\"/>%n",
            WIDTH,
            height,
            WIDTH,
            height)
        + body
        + "</svg>\n";
  }

  private void add(Section section) {
    y += TITLE;
    text(MARGIN, y - 14, "font-size=\"14\" font-weight=\"bold\"", section.title());
    text(MARGIN, y + 2, "fill=\"#555\"", section.unit() + "; each group has its own scale");
    List<String> systems = section.rows().stream().map(Row::system).distinct().toList();
    for (String group : section.groups()) {
      y += GROUP;
      text(MARGIN, y - 6, "font-weight=\"bold\"", group);
      List<Row> rows = section.rowsOf(group);
      double most = rows.stream().mapToDouble(BarChart::highest).max().orElse(0);
      for (Row row : rows) {
        add(row, most, COLOURS.get(systems.indexOf(row.system()) % COLOURS.size()));
      }
    }
    y += MARGIN;
  }

  private void add(Row row, double most, String colour) {
    int middle = y + ROW / 2;
    text(BARS_AT - 8, middle + 4, "text-anchor=\"end\"", row.system());
    if (row.outcome() instanceof Outcome.Measured measured && !measured.windows().isEmpty()) {
      double scale = most > 0 ? LONGEST / most : 0;
      double median = measured.median().getAsDouble();
      body.append(
          String.format(
              Locale.ROOT,
              "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>%n"
                  + "<path d=\"M%.1f %dH%.1f\" stroke=\"black\"/>%n",
              BARS_AT,
              y + 2,
              Math.max(0, scale * median),
              ROW - 4,
              colour,
              BARS_AT + scale * Math.max(0, measured.lowest()),
              middle,
              BARS_AT + scale * Math.max(0, measured.highest())));
      double end = BARS_AT + scale * Math.max(0, measured.highest());
      text((int) end + 6, middle + 4, "", Numerals.text(median));
    } else {
      text(BARS_AT, middle + 4, "fill=\"#a00\"", "not measured" + reason(row.outcome()));
    }
    y += ROW;
  }

  private static double highest(Row row) {
    return row.outcome() instanceof Outcome.Measured measured && !measured.windows().isEmpty()
        ? measured.highest()
        : 0;
  }

  private static String reason(Outcome outcome) {
    if (!(outcome instanceof Outcome.Missing missing)) {
      return "";
    }
    String reason = missing.reason();
    return ": "
        + (reason.length() <= LONGEST_REASON
            ? reason
            : reason.substring(0, LONGEST_REASON) + " ...");
  }

  private void text(int x, int baseline, String attributes, String content) {
    String escaped = content.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    body.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%d\" y=\"%d\" %s>%s</text>%n",
            x,
            baseline,
            attributes,
            escaped));
  }
}
