package org.meanfield.registry;

import org.meanfield.registry.Finding.Relation;

/**
 * That a challenger's gain is no accident: the one-sided exact McNemar test on paired predictions.
 *
 * @param threshold the largest p that convinces
 */
public record SignificantGain(double threshold) implements RelativeCriterion {
  @Override
  public String name() {
    return "significant-gain";
  }

  @Override
  public Relation relation() {
    return Relation.AT_MOST;
  }

  @Override
  public Finding judge(Contender challenger, Contender champion) {
    Comparison comparison = Comparison.of(challenger, champion);
    return comparison
        .outcomes()
        .map(
            outcomes ->
                Finding.of(
                    name(),
                    new McNemar(outcomes).challengerBetter(),
                    relation(),
                    threshold,
                    "one-sided p; " + Comparison.describe(outcomes)))
        .orElseGet(
            () ->
                Finding.unmeasured(
                    name(), relation(), threshold, comparison.obstacle().orElseThrow()));
  }
}
