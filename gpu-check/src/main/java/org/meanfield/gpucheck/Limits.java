package org.meanfield.gpucheck;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Distances with their tolerances, and the verdict on them. */
final class Limits {
  private final Map<String, Object> result;
  private final Map<String, Object> tolerances = new LinkedHashMap<>();
  private final List<String> broken = new ArrayList<>();

  Limits(Map<String, Object> result) {
    this.result = result;
  }

  /** Records a distance; one that is not a number is beyond every tolerance. */
  void hold(String what, double distance, double tolerance) {
    result.put(what, distance);
    tolerances.put(what, tolerance);
    if (!(distance <= tolerance)) {
      broken.add(what);
    }
  }

  /** Adds tolerances and verdict to the result. */
  void conclude() {
    result.put("tolerances", tolerances);
    result.put("verdict", broken.isEmpty() ? "agrees" : "DIFFERS in " + String.join(", ", broken));
  }
}
