package org.meanfield.registry;

import java.util.Optional;

/** What a challenger must be next to the champion; does not apply where there is none. */
public sealed interface RelativeCriterion extends Criterion
    permits SameTestSplit, MinimumGain, SignificantGain, NonInferiority, ClassRegressionLimit {
  /** Judges the challenger against the champion. */
  Finding judge(Contender challenger, Contender champion);

  @Override
  default Finding judge(Contender challenger, Optional<Contender> champion) {
    return champion
        .map(present -> judge(challenger, present))
        .orElseGet(() -> Finding.notApplicable(name(), relation(), threshold()));
  }
}
