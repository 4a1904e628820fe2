package org.meanfield.jobs.retrain;

import java.util.Map;
import org.meanfield.jobs.export.ExportJob;

/** Exports the challenger, held against the trained model on real images. */
final class ExportStep implements Step {
  @Override
  public String name() {
    return "export";
  }

  @Override
  public Map<String, Object> run(Retraining retraining) {
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
