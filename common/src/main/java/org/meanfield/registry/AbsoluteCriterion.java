package org.meanfield.registry;

import java.util.Optional;

/** What a challenger must be, whatever serves now. */
public sealed interface AbsoluteCriterion extends Criterion
    permits MinimumAccuracy,
        ClassFloors,
        CalibrationLimit,
        ExportSizeLimit,
        ExportLatencyLimit,
        ExportAgreement {
  /** Judges the challenger alone. */
  Finding judge(Contender challenger);

  @Override
  default Finding judge(Contender challenger, Optional<Contender> champion) {
    return judge(challenger);
  }
}
