package org.meanfield.jobs.tracking;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * What became of a trained model, for MLflow. Files are made where MLflow does not have them yet.
 *
 * @param run that trained it
 * @param metrics of its evaluation, by name
 * @param identity tags that never change, by key; a server that has them has metrics and files
 * @param verdict tags that may change, by key
 * @param files artefacts of the run, by path
 */
public record ModelPublication(
    TrackedRun run,
    Map<String, Double> metrics,
    Map<String, String> identity,
    Map<String, String> verdict,
    Supplier<Map<String, byte[]>> files) {
  /** Copies the maps. */
  public ModelPublication {
    metrics = new TreeMap<>(metrics);
    identity = new TreeMap<>(identity);
    verdict = new TreeMap<>(verdict);
  }

  /** All tags. */
  Map<String, String> tags() {
    Map<String, String> all = new TreeMap<>(identity);
    all.putAll(verdict);
    return all;
  }
}
