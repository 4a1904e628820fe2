package org.meanfield.jobs.ingest;

import java.io.Serializable;

/**
 * One input as its source gives it, before any check: a carrier between two steps of a task, never
 * compared. The array is handed on, never changed.
 */
final class SourceImage implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String origin;
  private final byte[] encoded;
  private final String problem;
  private final String label;
  private final String split;
  private final String weight;

  private SourceImage(
      String origin, byte[] encoded, String problem, String label, String split, String weight) {
    this.origin = origin;
    this.encoded = encoded;
    this.problem = problem;
    this.label = label;
    this.split = split;
    this.weight = weight;
  }

  static SourceImage readable(String origin, byte[] encoded, String label, String split) {
    return new SourceImage(origin, encoded, null, label, split, null);
  }

  static SourceImage unreadable(String origin, String problem, String label, String split) {
    return new SourceImage(origin, null, problem, label, split, null);
  }

  /** The same input with a weight as its source writes it, which may be null. */
  SourceImage weighing(String given) {
    return new SourceImage(origin, encoded, problem, label, split, given);
  }

  /**
   * Where it lies, relative to the input; unique in the source and the same wherever the input is
   * mounted.
   */
  String origin() {
    return origin;
  }

  /** The encoded image; null where it cannot be read. */
  byte[] encoded() {
    return encoded;
  }

  /** Why it cannot be read; null where it can. */
  String problem() {
    return problem;
  }

  /** The class's name, or its number as text; null or blank where there is none. */
  String label() {
    return label;
  }

  /** Id of the split that the source gives; null where it gives none. */
  String split() {
    return split;
  }

  /** The weight as the source writes it; null where it gives none. */
  String weight() {
    return weight;
  }
}
