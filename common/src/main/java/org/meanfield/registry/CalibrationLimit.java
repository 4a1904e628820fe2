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
  public Relation relation() {
    return Relation.AT_MOST;
  }

  @Override
  public Finding judge(Contender challenger) {
    return judgeEvaluation(
        challenger,
        report ->
            found(
                report.calibrationError(),
                "expected calibration error over "
                    + report.reliability().size()
                    + " bins of the highest probability"));
  }
}
