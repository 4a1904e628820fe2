package org.meanfield.jobs.retrain;

import java.util.Map;
import org.meanfield.jobs.export.ExportJob;
import org.meanfield.jobs.storage.Staging;

/** Exports the challenger, held against the trained model on real images. */
final class ExportStep implements Step {
  @Override
  public String name() {
    return "export";
  }

  @Override
  public Map<String, Object> run(Retraining retraining) {
    // What a killed process began to write; the lock keeps others away.
    Staging.clear(retraining.context().storage(), output(retraining));
    return new Sibling(retraining.context(), new ExportJob())
        .with("--model", TrainStep.output(retraining))
        .with("--data", retraining.dataset())
        .with("--output", output(retraining))
        .run()
        .figures();
  }

  static String output(Retraining retraining) {
    return retraining.folder().path("export");
  }
}
