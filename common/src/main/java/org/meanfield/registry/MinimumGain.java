package org.meanfield.registry;

import java.util.Locale;
import java.util.Optional;
import org.meanfield.evaluate.EvaluationReport;
import org.meanfield.registry.Finding.Relation;

/**
 * By how much a challenger must be more accurate than the champion.
 *
 * @param threshold difference of accuracies; negative allows a fall
 */
public record MinimumGain(double threshold) implements RelativeCriterion {
  @Override
  public String name() {
    return "minimum-gain";
  }

  @Override
  public Relation relation() {
    return Relation.AT_LEAST;
  }

  @Override
  public Finding judge(Contender challenger, Contender champion) {
    Optional<String> difference = Comparison.differentSplit(challenger, champion);
    if (difference.isPresent()) {
      return unmeasured(difference.get());
    }
    EvaluationReport own = challenger.evaluation().orElseThrow();
    EvaluationReport other = champion.evaluation().orElseThrow();
    return found(
        gain(own, other),
        String.format(Locale.ROOT, "accuracy %.4f against %.4f", own.accuracy(), other.accuracy()));
  }

  /** From counts: a difference of rounded quotients can miss a threshold that is met exactly. */
  private static double gain(EvaluationReport own, EvaluationReport other) {
    long right = Math.round(own.accuracy() * own.examples());
    long before = Math.round(other.accuracy() * other.examples());
    return own.examples() == 0 ? 0 : (double) (right - before) / own.examples();
  }
}
