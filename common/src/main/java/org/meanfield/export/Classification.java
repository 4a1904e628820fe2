package org.meanfield.export;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.meanfield.data.ClassIndex;
import org.meanfield.model.FloatVector;

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

  /**
   * Of a model's answer.
   *
   * @param probabilities in the order of {@code classes}
   * @param count how many classes are named at most
   */
  public static Classification of(FloatVector probabilities, ClassIndex classes, int count) {
    return new Classification(
        IntStream.range(0, probabilities.length())
            .boxed()
            .sorted(Comparator.comparing(label -> -probabilities.get(label)))
            .limit(count)
            .map(label -> new Candidate(classes.name(label), probabilities.get(label)))
            .toList());
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
