package org.meanfield.gpucheck;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** What the parts wrote, as one table and one file, {@code gpu-check.json}. */
final class Report {
  private final PrintStream out;

  Report(PrintStream out) {
    this.out = out;
  }

  /** The exit code: 0 where every part ran and everything agrees. */
  int run(Path folder) throws IOException {
    Map<String, Object> all = new LinkedHashMap<>();
    Path machine = folder.resolve("machine.txt");
    List<String> lines = Files.exists(machine) ? Files.readAllLines(machine) : List.of();
    all.put("machine", lines);
    lines.forEach(out::println);
    Map<String, Object> conformance = ResultFile.read(folder, "conformance");
    Map<String, Object> speed = ResultFile.read(folder, "speed");
    Map<String, Object> python = ResultFile.read(folder, "python");
    all.put("conformance", conformance);
    long agreeing = count(conformance, "verdict", "agrees");
    int compared = cases(conformance).size();
    out.printf(
        Locale.ROOT,
        "%nConformance with the processor: %d of %d agree%s%n",
        agreeing,
        compared,
        compared == 0 ? " (this part did not run)" : "");
    cases(conformance).stream()
        .filter(result -> !"agrees".equals(result.get("verdict")))
        .forEach(
            result ->
                out.printf(
                    "  %s %s %s %s%n",
                    result.get("network"),
                    result.get("precision"),
                    result.get("verdict"),
                    result.getOrDefault("failure", "")));
    List<Map<String, Object>> rows =
        cases(speed).stream().map(ours -> row(ours, matching(ours, python))).toList();
    all.put("speed", without(speed));
    all.put("python", without(python));
    all.put("rows", rows);
    print(rows, python);
    ResultFile.write(folder.resolve("gpu-check.json"), all);
    boolean whole = compared > 0 && agreeing == compared && !rows.isEmpty();
    return whole && rows.stream().allMatch(row -> row.get("imagesPerSecond") != null) ? 0 : 1;
  }

  /** One of our cases beside the same one in Python. */
  private static Map<String, Object> row(Map<String, Object> ours, Map<String, Object> theirs) {
    Map<String, Object> row = new LinkedHashMap<>(ours);
    row.put("pytorch", theirs.get("imagesPerSecond"));
    row.put("pytorchWithCopy", theirs.get("imagesPerSecondWithCopy"));
    row.put("pytorchFailure", theirs.get("failure"));
    row.put("ratio", ratio(ours.get("imagesPerSecond"), theirs.get("imagesPerSecond")));
    row.put(
        "ratioWithCopy", ratio(ours.get("imagesPerSecond"), theirs.get("imagesPerSecondWithCopy")));
    row.values().removeIf(Objects::isNull);
    return row;
  }

  private static Map<String, Object> matching(
      Map<String, Object> ours, Map<String, Object> python) {
    return cases(python).stream()
        .filter(
            theirs ->
                List.of("network", "batch", "precision").stream()
                    .allMatch(key -> Objects.equals(ours.get(key), theirs.get(key))))
        .findFirst()
        .orElse(Map.of());
  }

  private void print(List<Map<String, Object>> rows, Map<String, Object> python) {
    out.println();
    out.println("Training images/s; 'with copy' moves each minibatch to the device, as ours does");
    out.println(
        python.isEmpty()
            ? "(no Python with PyTorch took part)"
            : "PyTorch " + python.get("version") + " on " + python.get("device"));
    String form = "%-9s %5s %-5s %10s %10s %7s %10s %7s  %s%n";
    out.printf(
        Locale.ROOT,
        form,
        "network",
        "batch",
        "",
        "ours",
        "PyTorch",
        "ratio",
        "with copy",
        "ratio",
        "");
    for (Map<String, Object> row : rows) {
      out.printf(
          Locale.ROOT,
          form,
          row.get("network"),
          row.get("batch"),
          row.get("precision"),
          rate(row.get("imagesPerSecond")),
          rate(row.get("pytorch")),
          quotient(row.get("ratio")),
          rate(row.get("pytorchWithCopy")),
          quotient(row.get("ratioWithCopy")),
          notes(row));
    }
  }

  private static String notes(Map<String, Object> row) {
    String ours = row.containsKey("failure") ? "ours: " + row.get("failure") + " " : "";
    return ours
        + (row.containsKey("pytorchFailure") ? "PyTorch: " + row.get("pytorchFailure") : "");
  }

  private static String rate(Object value) {
    return value instanceof Number number
        ? String.format(Locale.ROOT, "%,.0f", number.doubleValue())
        : "-";
  }

  private static String quotient(Object value) {
    return value instanceof Number number
        ? String.format(Locale.ROOT, "%.2f", number.doubleValue())
        : "-";
  }

  private static Double ratio(Object ours, Object theirs) {
    return ours instanceof Number one && theirs instanceof Number other && other.doubleValue() > 0
        ? one.doubleValue() / other.doubleValue()
        : null;
  }

  private static long count(Map<String, Object> part, String key, Object value) {
    return cases(part).stream().filter(result -> value.equals(result.get(key))).count();
  }

  private static Map<String, Object> without(Map<String, Object> part) {
    Map<String, Object> head = new LinkedHashMap<>(part);
    head.remove("cases");
    return head;
  }

  @SuppressWarnings("unchecked") // written by ResultFile or by scripts/gpu_check.py
  private static List<Map<String, Object>> cases(Map<String, Object> part) {
    return (List<Map<String, Object>>) part.getOrDefault("cases", List.of());
  }
}
