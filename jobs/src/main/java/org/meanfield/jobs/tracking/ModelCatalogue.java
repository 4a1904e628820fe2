package org.meanfield.jobs.tracking;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.jobs.storage.Storage;
import org.mlflow.api.proto.ModelRegistry.ModelVersion;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.MlflowHttpException;

/**
 * MLflow's registered model, its versions and their aliases. Everything may be said again: what the
 * server shows already is not told twice.
 *
 * <p>Source: MLflow's REST API 2.0, model registry; aliases came with MLflow 2.3.
 */
public final class ModelCatalogue {
  /** MLflow's own rule; it also keeps {@code latest} and v1, v2 ... for itself. */
  private static final Pattern ALIAS = Pattern.compile("(?!latest$|v\\d+$)[A-Za-z0-9_-]+");

  private static final int NOT_FOUND = 404;

  private final MlflowServer server;
  private final Storage storage;
  private final TrackingSettings settings;
  private final String name;
  private boolean isThere;

  private ModelCatalogue(
      MlflowServer server, Storage storage, TrackingSettings settings, String name) {
    this.server = server;
    this.storage = storage;
    this.settings = settings;
    this.name = name;
  }

  /**
   * Tells the server of the settings. That it cannot be told is a warning and nothing more.
   *
   * @param name of the registered model
   * @param what is told; it ends early where the server goes away
   * @return true where all of it was told
   */
  public static boolean tell(
      JobContext context, TrackingSettings settings, String name, Consumer<ModelCatalogue> what) {
    Outages outages =
        new Outages(
            context.console(),
            settings.uri(),
            "The registry has it all; MLflow is told by the next retrain, promotion, rollback or"
                + " alias that reaches it");
    try (MlflowServer server = new MlflowServer(settings)) {
      return outages.shield(
          () -> what.accept(new ModelCatalogue(server, context.storage(), settings, name)));
    }
  }

  /** True where MLflow allows such an alias. */
  public static boolean takesAlias(String alias) {
    return ALIAS.matcher(alias).matches();
  }

  /** Figures, files and verdict of a run. */
  public void publish(ModelPublication publication) {
    MlflowRun on = MlflowRun.open(server, storage, settings, publication.run());
    if (!on.hasTags(publication.identity())) {
      publication.files().get().forEach(on::write);
    }
    on.finish();
    // The tags go last, together with the figures: a run that has them has all the rest.
    if (!on.hasTags(publication.identity())) {
      on.describe(publication.metrics(), publication.tags());
    } else if (!on.hasTags(publication.verdict())) {
      on.describe(Map.of(), publication.verdict());
    }
  }

  /**
   * A published run as a version of the registered model. MLflow numbers versions as they come:
   * where two processes tell of it at the same time both make one, and the higher goes.
   *
   * @param folder of its model among the run's artefacts
   * @param model an MLflow model folder, by path; made where the server has no such version
   * @return the number that MLflow gave it
   */
  public String version(
      ModelPublication publication, String folder, Supplier<Map<String, byte[]>> model) {
    requireModel();
    MlflowRun on = MlflowRun.open(server, storage, settings, publication.run());
    on.finish();
    Optional<ModelVersion> known = known(on, publication.identity());
    if (known.isEmpty()) {
      model.get().forEach((path, content) -> on.write(folder + "/" + path, content));
      String made =
          server.call(
              "making the model version",
              client -> makeVersion(client, on, folder, publication.tags()));
      known = known(on, publication.identity()).filter(lowest -> !lowest.getVersion().equals(made));
      if (known.isEmpty()) {
        return made;
      }
      server.delete(
          "dropping the second model version",
          "model-versions/delete",
          MlflowRun.json(Map.of("name", name, "version", made)));
    }
    String version = known.get().getVersion();
    Map<String, String> tags = tags(known.get());
    publication.tags().forEach((key, value) -> tag(version, tags, key, value));
    return version;
  }

  /** Has an alias mean a version. */
  public void point(String alias, String version) {
    requireModel();
    Map<String, String> request = Map.of("name", name, "alias", alias, "version", version);
    server.call(
        "naming the " + alias,
        client -> client.sendPost("registered-models/alias", MlflowRun.json(request)));
  }

  /** Has an alias mean nothing; nothing happens where it means nothing. */
  public void drop(String alias) {
    requireModel();
    server.delete(
        "dropping the alias " + alias,
        "registered-models/alias",
        MlflowRun.json(Map.of("name", name, "alias", alias)));
  }

  private Optional<ModelVersion> known(MlflowRun on, Map<String, String> identity) {
    String filter = "name = '%s' and run_id = '%s'".formatted(name.replace("'", "\\'"), on.id());
    List<ModelVersion> ofRun =
        server.call(
            "finding the model version", client -> client.searchModelVersions(filter).getItems());
    return ofRun.stream()
        .filter(version -> tags(version).entrySet().containsAll(identity.entrySet()))
        .min(Comparator.comparingInt(version -> Integer.parseInt(version.getVersion())));
  }

  private static Map<String, String> tags(ModelVersion version) {
    Map<String, String> tags = new TreeMap<>();
    version.getTagsList().forEach(tag -> tags.put(tag.getKey(), tag.getValue()));
    return tags;
  }

  private void tag(String version, Map<String, String> known, String key, String value) {
    if (!value.equals(known.get(key))) {
      Map<String, String> request =
          Map.of("name", name, "version", version, "key", key, "value", value);
      server.call(
          "describing the model version",
          client -> client.sendPost("model-versions/set-tag", MlflowRun.json(request)));
    }
  }

  private void requireModel() {
    if (!isThere) {
      server.foundOrMade(
          "making the registered model " + name,
          this::registeredModel,
          client ->
              client.sendPost("registered-models/create", MlflowRun.json(Map.of("name", name))));
      isThere = true;
    }
  }

  private Optional<String> registeredModel(MlflowClient client) {
    try {
      return Optional.of(client.getRegisteredModel(name).getName());
    } catch (MlflowHttpException e) {
      if (e.getStatusCode() != NOT_FOUND) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private String makeVersion(
      MlflowClient client, MlflowRun on, String folder, Map<String, String> tags) {
    List<Map<String, String>> described =
        tags.entrySet().stream()
            .map(tag -> Map.of("key", tag.getKey(), "value", tag.getValue()))
            .toList();
    Map<String, Object> request =
        Map.of(
            "name",
            name,
            "source",
            on.artifactUri() + "/" + folder,
            "run_id",
            on.id(),
            "tags",
            described);
    String answer = client.sendPost("model-versions/create", MlflowRun.json(request));
    return MlflowRun.parsed(answer).path("model_version").path("version").asText();
  }
}
