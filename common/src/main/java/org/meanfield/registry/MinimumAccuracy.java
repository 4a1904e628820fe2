package org.meanfield.registry;

import java.util.Locale;
import org.meanfield.registry.Finding.Relation;

/**
 * The share of right answers that a challenger needs.
 *
 * @param threshold 0 to 1
 */
public record MinimumAccuracy(double threshold) implements AbsoluteCriterion {
  @Override
  public String name() {
    return "minimum-accuracy";
  }

  @Override
  public Relation relation() {
    return Relation.AT_LEAST;
  }

  @Override
  public Finding judge(Contender challenger) {
    return judgeEvaluation(
        challenger,
        report ->
            found(
                report.accuracy(),
                String.format(
                    Locale.ROOT,
                    "accuracy on %,d images of %s of data set %s",
                    report.examples(),
                    report.split(),
                    report.datasetId())));
  }
}
