package org.meanfield.registry;

import org.meanfield.registry.Finding.Relation;

/**
 * How far a challenger's probabilities may be from its accuracy.
 *
 * @param threshold of the expected calibration error, 0 to 1
 */
public record CalibrationLimit(double threshold) implements AbsoluteCriterion {
  @Override
  public String name() {
    return "maximum-calibration-error";
  }

  @Override
  public Finding judge(Contender challenger) {
    return challenger
        .evaluation()
        .map(
            report ->
                Finding.of(
                    name(),
                    report.calibrationError(),
                    Relation.AT_MOST,
                    threshold,
                    "expected calibration error over "
                        + report.reliability().size()
                        + " bins of the highest probability"))
        .orElseGet(
            () ->
                Finding.unmeasured(
                    name(), Relation.AT_MOST, threshold, challenger.name() + " was not evaluated"));
  }
}
