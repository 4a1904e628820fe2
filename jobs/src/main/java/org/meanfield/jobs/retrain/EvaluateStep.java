package org.meanfield.jobs.retrain;

import java.util.LinkedHashMap;
import java.util.Map;
import org.meanfield.jobs.evaluate.EvaluateJob;

/** Judges the challenger on the frozen test split. */
final class EvaluateStep implements Step {
  static final String NAME = "evaluate";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Map<String, Object> run(Retraining retraining) {
    Map<String, Object> figures =
        new LinkedHashMap<>(
            new Sibling(retraining.context(), new EvaluateJob())
                .with("--model", TrainStep.output(retraining))
                .with("--data", retraining.dataset())
                .with("--output", output(retraining))
                .run()
                .figures());
    figures.put("report", output(retraining) + "/report.html");
    return figures;
  }

  static String output(Retraining retraining) {
    return retraining.folder().path("evaluation");
  }
}
