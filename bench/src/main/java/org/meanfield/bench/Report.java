package org.meanfield.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What one part measured: written as JSON, as a page and as a chart.
 *
 * @param part its name
 * @param extent whether the figures count
 * @param sections its tables
 * @param targets what they are held against
 * @param machine where and when
 * @param commit of the program
 */
record Report(
    String part,
    Extent extent,
    List<Section> sections,
    List<Target> targets,
    Machine machine,
    String commit) {

  /** Copies. */
  Report {
    sections = List.copyOf(sections);
    targets = List.copyOf(targets);
  }

  /** Writes {@code PART.json}, {@code PART.md} and {@code PART.svg}. */
  void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    new ObjectMapper()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .writeValue(folder.resolve(part + ".json").toFile(), json());
    Files.writeString(folder.resolve(part + ".md"), markdown());
    Files.writeString(folder.resolve(part + ".svg"), new BarChart(sections).svg());
  }

  /** Whether every row has figures. */
  boolean complete() {
    return rows().stream().allMatch(row -> row.outcome() instanceof Outcome.Measured);
  }

  /** As a page. */
  String markdown() {
    List<String> lines = new ArrayList<>();
    lines.add("## scripts/bench " + part);
    lines.add("");
    if (extent == Extent.QUICK) {
      lines.add("**A trial run with tiny settings: none of these figures means anything.**");
      lines.add("");
    }
    lines.add(conditions());
    lines.add("");
    lines.add("![Each figure as a bar](" + part + ".svg)");
    lines.add("");
    if (!targets.isEmpty()) {
      lines.addAll(Target.markdown(targets));
      lines.add("");
    }
    for (Section section : sections) {
      lines.addAll(section.markdown());
      lines.add("");
    }
    lines.add("### Software");
    lines.add("");
    software().forEach(text -> lines.add("- " + text));
    return String.join("\n", lines) + "\n";
  }

  private String conditions() {
    return String.format(
        Locale.ROOT,
        "%s, %d cores, %d GiB; %s; %s; load before: %s; from %s to %s; commit %s.",
        machine.processor(),
        machine.cores(),
        machine.memoryGiB(),
        machine.system(),
        machine.java(),
        machine.loadBefore(),
        machine.started(),
        machine.finished(),
        commit);
  }

  private List<String> software() {
    return rows().stream()
        .map(Row::outcome)
        .filter(Outcome.Measured.class::isInstance)
        .map(outcome -> ((Outcome.Measured) outcome).software())
        .distinct()
        .toList();
  }

  private List<Row> rows() {
    return sections.stream().flatMap(section -> section.rows().stream()).toList();
  }

  private ObjectNode json() {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode report = mapper.createObjectNode();
    report.put("formatVersion", 1);
    report.put("part", part);
    report.put("extent", extent.name().toLowerCase(Locale.ROOT));
    report.put("commit", commit);
    report.set("machine", mapper.valueToTree(machine));
    for (Section section : sections) {
      ObjectNode table = report.withArray("sections").addObject();
      table.put("title", section.title());
      table.put("unit", section.unit());
      table.put("baseline", section.baseline());
      section.rows().forEach(row -> addTo(table.withArray("rows").addObject(), row, section));
    }
    for (Target target : targets) {
      ObjectNode node = report.withArray("targets").addObject();
      node.put("claim", target.claim());
      node.put("bound", target.bound().name());
      node.put("limit", target.limit());
      target.reached().ifPresent(value -> node.put("reached", value));
      node.put("verdict", target.verdict().name());
    }
    return report;
  }

  private static void addTo(ObjectNode node, Row row, Section section) {
    node.put("group", row.group());
    node.put("system", row.system());
    if (row.outcome() instanceof Outcome.Measured measured) {
      measured.median().ifPresent(median -> node.put("median", median));
      section
          .ratio(row.group(), row.system(), section.baseline())
          .ifPresent(ratio -> node.put("ratio", ratio));
      measured.windows().forEach(node.withArray("windows")::add);
      measured.figures().forEach(node.withObject("/figures")::put);
      node.put("software", measured.software());
    } else if (row.outcome() instanceof Outcome.Missing missing) {
      node.put("notMeasured", missing.reason());
    }
  }
}
