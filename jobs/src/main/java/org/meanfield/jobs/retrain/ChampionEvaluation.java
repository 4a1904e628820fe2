package org.meanfield.jobs.retrain;

import java.util.Optional;
import org.meanfield.evaluate.EvaluationReport;
import org.meanfield.jobs.evaluate.EvaluateJob;
import org.meanfield.jobs.storage.DatasetFiles;
import org.meanfield.jobs.storage.ModelFiles;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.registry.Contender;
import org.meanfield.registry.Predictions;

/** The champion judged on the very split that the challenger was judged on. */
final class ChampionEvaluation {
  private final Retraining retraining;

  ChampionEvaluation(Retraining retraining) {
    this.retraining = retraining;
  }

  /**
   * What is known about a version on this run's test split. Where it knows other classes nothing
   * is, so that the gate cannot let a challenger pass it unseen.
   */
  Contender of(int number) {
    Storage storage = retraining.context().storage();
    Contender registered = retraining.registry().contender(number);
    String model = retraining.registry().folder(number);
    DatasetFiles data =
        DatasetFiles.open(retraining.context().spark(), storage, retraining.dataset());
    if (!ModelFiles.trained(storage, model).network().classes().equals(data.manifest().classes())) {
      retraining.say("version " + number + " knows other classes, so that it cannot be compared");
      return new Contender(
          registered.name(), Optional.empty(), Optional.empty(), registered.export());
    }
    String output = retraining.folder().path("champion-" + number);
    new Sibling(retraining.context(), new EvaluateJob())
        .with("--model", model)
        .with("--data", retraining.dataset())
        .with("--output", output)
        .run();
    String report = output + "/" + EvaluationReport.FILE;
    String answers = output + "/" + Predictions.FILE;
    return new Contender(
        registered.name(),
        Optional.of(EvaluationReport.fromJson(report, storage.readText(report))),
        Optional.of(Predictions.fromCsv(answers, storage.readText(answers))),
        registered.export());
  }
}
