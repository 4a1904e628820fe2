package org.meanfield.registry;

import java.util.Optional;
import org.meanfield.registry.Finding.Relation;

/** That both were judged on the same split of the same data set; always asked. */
public record SameTestSplit() implements RelativeCriterion {
  @Override
  public String name() {
    return "same-test-split";
  }

  @Override
  public Relation relation() {
    return Relation.AT_LEAST;
  }

  @Override
  public double threshold() {
    return 1;
  }

  @Override
  public Finding judge(Contender challenger, Contender champion) {
    Optional<String> difference = Comparison.differentSplit(challenger, champion);
    String explanation =
        difference.orElseGet(
            () -> "both on " + Comparison.split(challenger.evaluation().orElseThrow()));
    return found(difference.isPresent() ? 0 : 1, explanation);
  }
}
