package org.meanfield.registry;

import java.util.Locale;
import java.util.Optional;
import org.meanfield.error.DataException;
import org.meanfield.evaluate.EvaluationReport;

/**
 * A model at the gate, with everything that is known about it.
 *
 * @param name for people: "version 3", "run a1b2"
 * @param evaluation on the frozen test split; empty where it was not evaluated
 * @param predictions behind that evaluation; empty where they were not kept
 * @param export of the served form; empty where it was not exported
 */
public record Contender(
    String name,
    Optional<EvaluationReport> evaluation,
    Optional<Predictions> predictions,
    Optional<ExportFigures> export) {

  /**
   * Refuses predictions that another evaluation made.
   *
   * @throws DataException where the predictions give another number of examples or of right answers
   */
  public Contender {
    if (predictions.isPresent()) {
      EvaluationReport report =
          evaluation.orElseThrow(
              () -> new DataException(name + " has predictions and no evaluation; give both"));
      long examples = predictions.get().byId().size();
      long expected = Math.round(report.accuracy() * report.examples());
      long right = predictions.get().right();
      if (examples != report.examples() || right != expected) {
        throw new DataException(
            String.format(
                Locale.ROOT,
                "The predictions of %s are not those of its evaluation: they are right on %d of %d"
                    + " examples, the evaluation on %d of %d; evaluate it again",
                name,
                right,
                examples,
                expected,
                report.examples()));
      }
    }
  }
}
