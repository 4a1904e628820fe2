package org.meanfield.export;

import java.util.List;

/**
 * What a classifier says about one image.
 *
 * @param top the most probable classes, best first
 */
public record Classification(List<Candidate> top) {

  /** Copies the list. */
  public Classification {
    top = List.copyOf(top);
    if (top.isEmpty()) {
      throw new IllegalArgumentException("A classification needs at least one candidate");
    }
  }

  /** The most probable class. */
  public String label() {
    return top.get(0).label();
  }

  /** Its probability. */
  public float probability() {
    return top.get(0).probability();
  }

  /**
   * One class with its probability.
   *
   * @param label class name
   * @param probability in 0..1
   */
  public record Candidate(String label, float probability) {}
}
