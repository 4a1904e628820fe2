package org.meanfield.architecture;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who may use whom, as docs/architecture.md draws it: each package names the ones right below it,
 * and may use those and all that they may use.
 */
final class Layers {
  private static final Map<String, List<String>> BELOW =
      Map.ofEntries(
          Map.entry("error", List.of()),
          Map.entry("config", List.of("error")),
          Map.entry("data", List.of("config")),
          Map.entry("natives", List.of()),
          Map.entry("image", List.of("data", "natives")),
          Map.entry("model", List.of("data")),
          Map.entry("engine", List.of("model", "image")),
          Map.entry("average", List.of("model")),
          Map.entry("train", List.of("engine", "average")),
          Map.entry("evaluate", List.of("model")),
          Map.entry("export", List.of("engine", "evaluate")),
          Map.entry("registry", List.of("evaluate")),
          Map.entry("jobs", List.of("train", "export", "registry")),
          Map.entry("jobs.storage", List.of("jobs")),
          Map.entry("jobs.spark", List.of("jobs.storage")),
          Map.entry("jobs.cli", List.of("jobs.spark")),
          Map.entry("jobs.ingest", List.of("jobs.cli")),
          Map.entry("jobs.tracking", List.of("jobs.cli")),
          Map.entry("jobs.train", List.of("jobs.tracking")),
          Map.entry("jobs.evaluate", List.of("jobs.cli")),
          Map.entry("jobs.predict", List.of("jobs.cli")),
          Map.entry("jobs.export", List.of("jobs.cli")),
          Map.entry("jobs.registry", List.of("jobs.tracking")),
          Map.entry("jobs.serve", List.of("jobs.cli")),
          Map.entry("jobs.doctor", List.of("jobs.cli")),
          Map.entry("jobs.ml", List.of("jobs.ingest", "jobs.train", "jobs.predict")),
          Map.entry("jobs.dl4j", List.of("jobs.cli")),
          Map.entry(
              "jobs.retrain",
              List.of(
                  "jobs.ingest",
                  "jobs.train",
                  "jobs.evaluate",
                  "jobs.export",
                  "jobs.registry",
                  "jobs.serve")));

  private static final Map<String, Set<String>> ALLOWED = new TreeMap<>();

  static {
    BELOW.keySet().forEach(layer -> ALLOWED.put(layer, reachable(layer)));
  }

  private Layers() {}

  /**
   * The layer that a package belongs to: {@code engine.nd4j} belongs to {@code engine}. Empty where
   * nobody declared one.
   *
   * @param inside the package's name below the root
   */
  static Optional<String> of(String inside) {
    String[] parts = inside.split("\\.", -1);
    String layer = parts[0].equals("jobs") && parts.length > 1 ? "jobs." + parts[1] : parts[0];
    return Optional.of(layer).filter(BELOW::containsKey);
  }

  /** True where a class of layer {@code from} may name a class of layer {@code to}. */
  static boolean allow(String from, String to) {
    return ALLOWED.get(from).contains(to);
  }

  private static Set<String> reachable(String layer) {
    Set<String> reachable = new TreeSet<>(Set.of(layer));
    BELOW.get(layer).forEach(below -> reachable.addAll(reachable(below)));
    return reachable;
  }
}
