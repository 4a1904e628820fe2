package org.meanfield.jobs.retrain;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.meanfield.evaluate.EvaluationReport;
import org.meanfield.export.ServerLayout;
import org.meanfield.export.ServingBundle;
import org.meanfield.jobs.storage.ModelFiles;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.jobs.tracking.ModelPublication;
import org.meanfield.jobs.tracking.TrackedRun;
import org.meanfield.jobs.tracking.TrackingSettings;
import org.meanfield.model.TrainedModel;
import org.meanfield.registry.ModelVersion;

/** What the gate said about a challenger, told to MLflow where the settings name a server. */
final class MlflowVerdict {
  private static final String LAYOUT = "mlflow/";

  private MlflowVerdict() {}

  /** Tells it; the figures name MLflow's version of a promoted model. */
  static Map<String, Object> tell(Retraining retraining) {
    if (TrackingSettings.from(retraining.settings()).isEmpty()) {
      return Map.of();
    }
    boolean promoted = (boolean) retraining.figure(PromoteStep.NAME, "promoted");
    ModelVersion version = retraining.registry().version(Integer.toString(retraining.version()));
    String name = retraining.settings().get(TrackingSettings.REGISTERED_MODEL);
    Optional<String> registered =
        new ModelPublication(
                new TrackedRun(version.runId(), retraining.plan().runId(), Map.of(), Map.of()),
                metrics(version),
                tags(retraining, version, promoted),
                evaluation(retraining),
                promoted ? model(retraining) : Map.of())
            .publish(retraining.context(), name);
    registered.ifPresent(
        number -> retraining.say("MLflow has it as version " + number + " of " + name));
    return registered
        .<Map<String, Object>>map(number -> Map.of("mlflowVersion", number))
        .orElse(Map.of());
  }

  private static Map<String, Double> metrics(ModelVersion version) {
    ModelVersion.Figures figures = version.evaluation();
    return Map.of(
        "test_accuracy", figures.accuracy(),
        "test_log_loss", figures.logLoss(),
        "test_calibration_error", figures.calibrationError());
  }

  private static Map<String, String> tags(
      Retraining retraining, ModelVersion version, boolean promoted) {
    return Map.of(
        TrackedRun.TAG_PREFIX + "registry-version",
        Integer.toString(version.number()),
        TrackedRun.TAG_PREFIX + "model-id",
        version.modelId(),
        TrackedRun.TAG_PREFIX + "decision",
        retraining.figure(DecideStep.NAME, "decision").toString(),
        TrackedRun.TAG_PREFIX + "promoted",
        Boolean.toString(promoted));
  }

  private static Map<String, byte[]> evaluation(Retraining retraining) {
    Storage storage = retraining.context().storage();
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (String name : List.of(EvaluationReport.FILE, "report.html")) {
      files.put("evaluation/" + name, storage.read(EvaluateStep.output(retraining) + "/" + name));
    }
    return files;
  }

  /** The challenger as the folder that MLflow loads; empty where it was not exported to ONNX. */
  private static Map<String, byte[]> model(Retraining retraining) {
    Storage storage = retraining.context().storage();
    String export = ExportStep.output(retraining);
    ServingBundle bundle = ServingBundle.open(export, file -> storage.read(export + "/" + file));
    if (!bundle.has(ServingBundle.ONNX_FILE)) {
      retraining.say(
          "MLflow gets no model version, because the export has no "
              + ServingBundle.ONNX_FILE
              + " (export.to)");
      return Map.of();
    }
    TrainedModel model = ModelFiles.trained(storage, TrainStep.output(retraining));
    ServerLayout layout = new ServerLayout("classifier", "");
    Map<String, byte[]> files = new LinkedHashMap<>();
    layout
        .mlflow(model, bundle.file(ServingBundle.ONNX_FILE))
        .forEach((path, content) -> files.put(path.substring(LAYOUT.length()), content));
    return files;
  }
}
