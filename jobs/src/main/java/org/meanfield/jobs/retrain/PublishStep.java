package org.meanfield.jobs.retrain;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.meanfield.jobs.registry.MlflowMirror;
import org.meanfield.jobs.registry.ModelRegistry;

/**
 * Puts the champion's export into the serving folder, and has the folder follow the champion from
 * now on: a rollback later on reaches it at once. MLflow is told of the verdict.
 */
final class PublishStep implements Step {
  @Override
  public String name() {
    return "publish";
  }

  @Override
  public Map<String, Object> run(Retraining retraining) {
    ModelRegistry registry = retraining.registry();
    Optional<String> serving = retraining.settings().get(RetrainSettings.SERVING);
    serving
        .map(folder -> retraining.context().storage().qualify(folder.replaceFirst("/+$", "")))
        .ifPresent(registry::serveIn);
    List<String> served = registry.publish();
    served.forEach(target -> retraining.say("the champion is in " + target));
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("served", served);
    Optional.ofNullable(
            new MlflowMirror(retraining.context(), registry).catchUp().get(retraining.version()))
        .ifPresent(number -> figures.put("mlflowVersion", number));
    return figures;
  }
}
