package org.meanfield.registry;

import java.util.Optional;
import java.util.function.Function;
import org.meanfield.evaluate.EvaluationReport;

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

  /** Judges the challenger's evaluation; unmeasured where it has none. */
  default Finding judgeEvaluation(Contender challenger, Function<EvaluationReport, Finding> rule) {
    return challenger
        .evaluation()
        .map(rule)
        .orElseGet(() -> unmeasured(challenger.name() + " was not evaluated"));
  }
}
