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
    return Comparison.of(challenger, champion)
        .judge(
            this,
            outcomes ->
                found(
                    new McNemar(outcomes).challengerBetter(),
                    "one-sided p; " + Comparison.describe(outcomes)));
  }
}
