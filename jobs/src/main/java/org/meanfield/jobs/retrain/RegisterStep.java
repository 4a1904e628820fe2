package org.meanfield.jobs.retrain;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.meanfield.jobs.registry.Registration;
import org.meanfield.registry.ModelVersion;

/** Makes the challenger a version, whatever the gate will say. */
final class RegisterStep implements Step {
  static final String NAME = "register";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Map<String, Object> run(Retraining retraining) {
    Optional<Double> latency =
        retraining
            .folder()
            .committed(SmokeTestStep.NAME)
            .map(figures -> (Number) figures.get("latencyMilliseconds"))
            .map(Number::doubleValue);
    ModelVersion version =
        retraining
            .registry()
            .register(
                new Registration(
                    TrainStep.output(retraining),
                    Optional.of(ExportStep.output(retraining)),
                    Optional.of(EvaluateStep.output(retraining)),
                    Optional.ofNullable(retraining.plan().champion()),
                    latency))
            .version();
    retraining.say("version " + version.number());
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("version", version.number());
    figures.put("modelId", version.modelId());
    return figures;
  }
}
