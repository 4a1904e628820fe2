package org.meanfield.registry;

import java.util.Optional;
import org.meanfield.registry.Finding.Relation;

/** One thing that the gate asks of a challenger: a name, a threshold and a rule. */
public sealed interface Criterion permits AbsoluteCriterion, RelativeCriterion {
  /** The setting that it stands for. */
  String name();

  /** On which side of the threshold the number must be. */
  Relation relation();

  /** The limit. */
  double threshold();

  /** Holds the challenger against the threshold. */
  Finding judge(Contender challenger, Optional<Contender> champion);

  /** What follows from a number. */
  default Finding found(double number, String explanation) {
    return Finding.of(name(), number, relation(), threshold(), explanation);
  }

  /** That there is no number, and why. */
  default Finding unmeasured(String why) {
    return Finding.unmeasured(name(), relation(), threshold(), why);
  }
}
