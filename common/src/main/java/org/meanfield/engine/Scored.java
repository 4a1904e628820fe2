package org.meanfield.engine;

import java.util.Optional;
import org.meanfield.image.BadImageException;
import org.meanfield.model.FloatVector;

/**
 * What became of an image: class probabilities, or the reason why there are none.
 *
 * @param item what the image belongs to
 * @param probabilities a value per class; empty exactly where there is a problem
 * @param problem what is wrong with the image
 */
public record Scored<T>(
    T item, Optional<FloatVector> probabilities, Optional<BadImageException> problem) {

  static <T> Scored<T> good(T item, FloatVector probabilities) {
    return new Scored<>(item, Optional.of(probabilities), Optional.empty());
  }

  static <T> Scored<T> bad(T item, BadImageException problem) {
    return new Scored<>(item, Optional.empty(), Optional.of(problem));
  }

  /** The problem in the form of tables: the reason's id, a colon, the message; null without one. */
  public String reason() {
    return problem.map(bad -> bad.reason().id() + ": " + bad.getMessage()).orElse(null);
  }
}
