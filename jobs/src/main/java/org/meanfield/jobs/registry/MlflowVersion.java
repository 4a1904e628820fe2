package org.meanfield.jobs.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.evaluate.EvaluationReport;
import org.meanfield.evaluate.report.HtmlReport;
import org.meanfield.export.ServerLayout;
import org.meanfield.export.ServingBundle;
import org.meanfield.jobs.storage.ModelFiles;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.jobs.tracking.ModelPublication;
import org.meanfield.jobs.tracking.TrackedRun;
import org.meanfield.registry.HistoryEntry;
import org.meanfield.registry.HistoryEntry.Kind;
import org.meanfield.registry.ModelVersion;

/** A registered version as MLflow is to show it; its files are read when they are asked for. */
final class MlflowVersion {
  private static final String LAYOUT = "mlflow/";
  private static final String ONNX = "export/" + ServingBundle.ONNX_FILE;
  private static final Set<String> TOLD = Set.of(EvaluationReport.FILE, HtmlReport.FILE);

  private final Storage storage;
  private final ModelVersion version;
  private final String folder;

  MlflowVersion(Storage storage, ModelRegistry registry, int number) {
    this.storage = storage;
    this.version = registry.version(Integer.toString(number));
    this.folder = registry.folder(number);
  }

  int number() {
    return version.number();
  }

  /** True where it was exported to ONNX. */
  boolean hasModel() {
    return version.files().containsKey(ONNX);
  }

  /** Where its model lies among the run's artefacts: a run may be registered with two exports. */
  String modelFolder() {
    return "model-" + number();
  }

  /** The folder that MLflow loads, by path. */
  Map<String, byte[]> model() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    new ServerLayout("classifier", "")
        .mlflow(ModelFiles.trained(storage, folder), storage.read(folder + "/" + ONNX))
        .forEach((path, content) -> files.put(path.substring(LAYOUT.length()), content));
    return files;
  }

  /** Its run, figures and what the gate said last. */
  ModelPublication publication(List<HistoryEntry> history) {
    Map<String, String> identity =
        Map.of(tag("registry-version"), "" + number(), tag("model-id"), version.modelId());
    return new ModelPublication(
        new TrackedRun(version.runId(), "version " + number(), parameters(), Map.of()),
        metrics(),
        identity,
        verdict(history),
        this::evaluation);
  }

  private Map<String, Double> metrics() {
    ModelVersion.Figures figures = version.evaluation();
    return figures == null
        ? Map.of()
        : Map.of(
            "test_accuracy", figures.accuracy(),
            "test_log_loss", figures.logLoss(),
            "test_calibration_error", figures.calibrationError());
  }

  private Map<String, String> verdict(List<HistoryEntry> history) {
    Map<String, String> tags = new LinkedHashMap<>();
    boolean promoted = false;
    for (HistoryEntry entry : history) {
      boolean asked = entry.kind() == Kind.PROMOTE || entry.kind() == Kind.REFUSE;
      if (asked && entry.to() == number()) {
        promoted |= entry.kind() == Kind.PROMOTE;
        tags.put(tag("decision"), entry.decision());
        tags.put(tag("promoted"), Boolean.toString(promoted));
      }
    }
    return tags;
  }

  private Map<String, byte[]> evaluation() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (String name : TOLD) {
      String path = "evaluation/" + name;
      if (version.files().containsKey(path)) {
        files.put(path, storage.read(folder + "/" + path));
      }
    }
    return files;
  }

  /** The settings of its training, for a run that MLflow was not told of. */
  private Map<String, String> parameters() {
    String file = folder + "/" + RunFiles.LINEAGE;
    Map<String, String> settings = new LinkedHashMap<>();
    try {
      JsonNode run = new ObjectMapper().readTree(storage.read(file));
      run.path("settings")
          .fields()
          .forEachRemaining(each -> settings.put(each.getKey(), each.getValue().asText()));
    } catch (IOException e) {
      throw new CorruptArtifactException(file + " cannot be read: " + e.getMessage(), e);
    }
    return settings;
  }

  private static String tag(String name) {
    return TrackedRun.TAG_PREFIX + name;
  }
}
