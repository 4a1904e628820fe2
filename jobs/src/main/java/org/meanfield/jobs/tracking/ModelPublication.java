package org.meanfield.jobs.tracking;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.meanfield.jobs.cli.JobContext;
import org.mlflow.api.proto.ModelRegistry.ModelVersion;
import org.mlflow.api.proto.Service.RunStatus;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.MlflowHttpException;

/**
 * What became of a trained model, for MLflow: its figures, its files and, where it was promoted, a
 * version of the registered model. Done again it makes no second version.
 *
 * @param run that trained it
 * @param metrics of its evaluation, by name
 * @param tags the verdict, by key
 * @param files artefacts of the run, by path
 * @param model an MLflow model folder, by path; empty for a model that was not promoted
 */
public record ModelPublication(
    TrackedRun run,
    Map<String, Double> metrics,
    Map<String, String> tags,
    Map<String, byte[]> files,
    Map<String, byte[]> model) {
  private static final String MODEL_FOLDER = "model";
  private static final String ALIAS = "champion";
  private static final int NOT_FOUND = 404;

  /** Copies the maps. */
  public ModelPublication {
    metrics = new TreeMap<>(metrics);
    tags = new TreeMap<>(tags);
    files = new TreeMap<>(files);
    model = new TreeMap<>(model);
  }

  /**
   * Tells the server, where the settings name one. That it cannot be told is a warning.
   *
   * @param name of the registered model
   * @return the version that MLflow gave the model; empty where there is none
   */
  public Optional<String> publish(JobContext context, String name) {
    Optional<TrackingSettings> settings = TrackingSettings.from(context.settings());
    if (settings.isEmpty()) {
      return Optional.empty();
    }
    TrackingSettings given = settings.get();
    Outages outages =
        new Outages(
            context.console(),
            given.uri(),
            "The verdict stands in the registry; MLflow may not show it");
    Registered registered = new Registered();
    try (MlflowServer server = new MlflowServer(given)) {
      outages.shield(
          () -> {
            MlflowRun on = MlflowRun.open(server, context.storage(), given, run);
            on.describe(metrics, tags);
            files.forEach(on::write);
            on.end(RunStatus.FINISHED);
            if (!model.isEmpty()) {
              model.forEach((path, content) -> on.write(MODEL_FOLDER + "/" + path, content));
              registered.version = Optional.of(register(server, on, name));
            }
          });
    }
    return registered.version;
  }

  /** What came of it before the server went away. */
  private static final class Registered {
    private Optional<String> version = Optional.empty();
  }

  private String register(MlflowServer server, MlflowRun on, String name) {
    server.call("making the registered model " + name, client -> make(client, name));
    String filter = "name = '%s' and run_id = '%s'".formatted(name.replace("'", "\\'"), on.id());
    List<ModelVersion> known =
        server.call(
            "finding the model version", client -> client.searchModelVersions(filter).getItems());
    String version =
        known.isEmpty()
            ? server.call("making the model version", client -> make(client, on, name))
            : known.get(0).getVersion();
    Map<String, String> alias = Map.of("name", name, "alias", ALIAS, "version", version);
    server.call(
        "naming the champion",
        client -> client.sendPost("registered-models/alias", MlflowRun.json(alias)));
    return version;
  }

  private static String make(MlflowClient client, String name) {
    try {
      return client.getRegisteredModel(name).getName();
    } catch (MlflowHttpException e) {
      if (e.getStatusCode() != NOT_FOUND) {
        throw e;
      }
      return client.sendPost("registered-models/create", MlflowRun.json(Map.of("name", name)));
    }
  }

  private String make(MlflowClient client, MlflowRun on, String name) {
    List<Map<String, String>> described =
        tags.entrySet().stream()
            .map(tag -> Map.of("key", tag.getKey(), "value", tag.getValue()))
            .toList();
    Map<String, Object> request =
        Map.of(
            "name",
            name,
            "source",
            on.artifactUri() + "/" + MODEL_FOLDER,
            "run_id",
            on.id(),
            "tags",
            described);
    String answer = client.sendPost("model-versions/create", MlflowRun.json(request));
    return MlflowRun.parsed(answer).path("model_version").path("version").asText();
  }
}
