package org.meanfield.registry;

import java.util.Optional;

/** One thing that the gate asks of a challenger: a name, a threshold and a rule. */
public sealed interface Criterion permits AbsoluteCriterion, RelativeCriterion {
  /** The setting that it stands for. */
  String name();

  /** Holds the challenger against the threshold. */
  Finding judge(Contender challenger, Optional<Contender> champion);
}
