package org.meanfield.jobs.retrain;

import java.util.Map;
import org.meanfield.export.ServingBundle;
import org.meanfield.jobs.tracking.TrackingSettings;
import org.meanfield.jobs.train.TrainJob;

/** Trains the challenger; a killed training goes on from its newest checkpoint. */
final class TrainStep implements Step {
  @Override
  public String name() {
    return "train";
  }

  @Override
  public Map<String, Object> run(Retraining retraining) {
    Sibling train =
        new Sibling(retraining.context(), new TrainJob())
            .with("--data", retraining.dataset())
            .with("--output", output(retraining))
            .set(TrackingSettings.RUN_NAME.key(), retraining.plan().runId());
    Integer champion = retraining.plan().champion();
    if (champion != null) {
      String zip = retraining.registry().folder(champion) + "/export/" + ServingBundle.DL4J_FILE;
      if (retraining.context().storage().exists(zip)) {
        retraining.say("starts from version " + champion);
        train.set("model.start-from", zip);
      } else {
        retraining.say("version " + champion + " has no export/model.zip, so it starts afresh");
      }
    }
    return train.run().figures();
  }

  static String output(Retraining retraining) {
    return retraining.folder().path("training");
  }
}
