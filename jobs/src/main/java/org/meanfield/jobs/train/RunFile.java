package org.meanfield.jobs.train;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.meanfield.config.Setting;
import org.meanfield.config.Settings;
import org.meanfield.engine.Engine;
import org.meanfield.engine.Engines;
import org.meanfield.error.ConflictException;
import org.meanfield.jobs.cli.BuildInfo;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.jobs.cli.Surroundings;
import org.meanfield.jobs.spark.LocatedKernels;
import org.meanfield.jobs.storage.DatasetFiles;
import org.meanfield.jobs.tracking.TrackedRun;
import org.meanfield.train.ArtifactStore;
import org.meanfield.train.JsonArtifact;
import org.meanfield.train.TrainingPlan;

/**
 * {@code run.json}: what a run is. Written when the run starts; every later command on the same
 * folder is held against it. Only the engine may change, where that is asked for.
 *
 * @param formatVersion 1
 * @param runId unique
 * @param created UTC, ISO 8601
 * @param settings resolved, as a person writes them
 * @param dataset what it trains on
 * @param engine the engine's name, 'auto' resolved
 * @param engineDescription what really runs
 * @param planDigest of everything the result depends on
 * @param examples per epoch
 * @param versions of Meanfield, Spark and Java, and who decodes JPEGs
 * @param gitCommit of the build
 * @param machine of the driver
 * @param engineChanges oldest first
 * @param kernels who has computed it, by how they round
 */
record RunFile(
    int formatVersion,
    String runId,
    String created,
    Map<String, String> settings,
    DatasetReference dataset,
    String engine,
    String engineDescription,
    String planDigest,
    long examples,
    Map<String, String> versions,
    String gitCommit,
    Map<String, String> machine,
    List<EngineChange> engineChanges,
    List<KernelRecord.Group> kernels) {
  static final String NAME = "run.json";
  private static final JsonArtifact<RunFile> FILE =
      new JsonArtifact<>(NAME, RunFile.class, "restore it, or choose another output");

  /** Copies the lists. A file of an earlier build has none. */
  RunFile {
    if (settings == null || dataset == null || engine == null || planDigest == null) {
      throw new IllegalArgumentException(
          "it lacks 'settings', 'dataset', 'engine' or 'planDigest', which every run has");
    }
    engineChanges = engineChanges == null ? List.of() : List.copyOf(engineChanges);
    kernels = kernels == null ? List.of() : List.copyOf(kernels);
  }

  /**
   * Another engine from a round on.
   *
   * @param round number of the first round on the new engine
   * @param from name of the engine before
   * @param to name of the engine after
   * @param planDigest of the plan before: checkpoints up to the change name it
   */
  record EngineChange(int round, String from, String to, String planDigest) {}

  /** The data set, by place and by content. */
  record DatasetReference(String uri, String datasetId) {}

  /** A run that starts now. */
  static RunFile of(JobContext context, DatasetFiles data, Engine engine, TrainingPlan plan) {
    Surroundings surroundings = Surroundings.of(context.spark().sparkContext());
    return new RunFile(
        1,
        UUID.randomUUID().toString(),
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        context.settings().asText(),
        new DatasetReference(data.uri(), data.manifest().datasetId()),
        engine.name(),
        engine.description(),
        plan.digest(),
        plan.examplesPerEpoch(),
        surroundings.versions(),
        BuildInfo.current().commit(),
        surroundings.machine(),
        List.of(),
        List.of());
  }

  /** The run in a folder; empty where none has started. */
  static Optional<RunFile> read(ArtifactStore artifacts) {
    return FILE.read(artifacts);
  }

  /** Writes it. */
  void write(ArtifactStore artifacts) {
    FILE.write(artifacts, this);
  }

  /**
   * Refuses to go on with settings that would give another result, or with other data.
   *
   * @throws ConflictException naming every difference
   */
  void requireSame(String location, Settings given, String datasetId) {
    Map<String, String> now = given.asText();
    List<String> differences = new ArrayList<>();
    if (!dataset.datasetId().equals(datasetId)) {
      differences.add(
          "the data set: was "
              + dataset.datasetId()
              + " ("
              + dataset.uri()
              + "), now "
              + datasetId
              + " ("
              + given.get(TrainSettings.DATA)
              + "): other images, labels, splits or weights");
    }
    Set<String> free = TrainSettings.FREE.stream().map(Setting::key).collect(Collectors.toSet());
    if (given.get(TrainSettings.CHANGE_ENGINE)) {
      free.add(TrainSettings.PRECISION.key());
    } else {
      requireEngine(location, given.get(TrainSettings.ENGINE));
    }
    Set<String> keys = new TreeSet<>(settings.keySet());
    keys.addAll(now.keySet());
    for (String key : keys) {
      String before = settings.getOrDefault(key, "(unknown)");
      String after = now.getOrDefault(key, "(unknown)");
      if (!free.contains(key) && !before.equals(after)) {
        differences.add(key + ": was " + before + ", now " + after);
      }
    }
    if (!differences.isEmpty()) {
      throw new ConflictException(
          location
              + " holds another run:\n  - "
              + String.join("\n  - ", differences)
              + "\nRepeat what it began with to go on with it, or choose another train.output");
    }
  }

  private void requireEngine(String location, String wanted) {
    if (!wanted.equals(Engines.AUTO) && !Engines.isOf(engine, wanted)) {
      throw new ConflictException(
          location
              + " holds a run on engine '"
              + engine
              + "', train.engine asks for '"
              + wanted
              + "'. Leave train.engine out to go on as it is, or add --change-engine to go on with"
              + " '"
              + wanted
              + "' from the newest checkpoint");
    }
  }

  /**
   * The same run on another engine.
   *
   * @param plan of the run on that engine
   * @param given the settings that asked for it
   * @param round number of the first round that it computes
   */
  RunFile on(Engine other, TrainingPlan plan, Settings given, int round) {
    Map<String, String> changed = new LinkedHashMap<>(settings);
    for (Setting<?> setting : List.of(TrainSettings.ENGINE, TrainSettings.PRECISION)) {
      changed.put(setting.key(), given.asText().get(setting.key()));
    }
    List<EngineChange> changes = new ArrayList<>(engineChanges);
    changes.add(new EngineChange(round, engine, other.name(), planDigest));
    return new RunFile(
        formatVersion,
        runId,
        created,
        changed,
        dataset,
        other.name(),
        other.description(),
        plan.digest(),
        examples,
        versions,
        gitCommit,
        machine,
        changes,
        kernels);
  }

  /** Who has computed it, by how they round. */
  KernelRecord kernelRecord() {
    return new KernelRecord(kernels);
  }

  /** The same run with what computes it now. */
  RunFile computedBy(List<LocatedKernels> found) {
    return new RunFile(
        formatVersion,
        runId,
        created,
        settings,
        dataset,
        engine,
        engineDescription,
        planDigest,
        examples,
        versions,
        gitCommit,
        machine,
        engineChanges,
        kernelRecord().with(found).groups());
  }

  /**
   * As MLflow is to know it.
   *
   * @param name for a person
   */
  TrackedRun tracked(String name) {
    Map<String, String> tags = new LinkedHashMap<>();
    tags.put(TrackedRun.TAG_PREFIX + "engine", engineDescription);
    tags.put(TrackedRun.TAG_PREFIX + "dataset", dataset.uri());
    tags.put(TrackedRun.TAG_PREFIX + "dataset-id", dataset.datasetId());
    tags.put("mlflow.source.name", "meanfield train");
    tags.put("mlflow.source.git.commit", gitCommit);
    tags.put("mlflow.user", System.getProperty("user.name"));
    return new TrackedRun(runId, name, settings, tags);
  }

  /** Digests of the plan and of those before a change of engine: its checkpoints name one. */
  List<String> planDigests() {
    List<String> digests = new ArrayList<>(List.of(planDigest));
    engineChanges.forEach(change -> digests.add(change.planDigest()));
    return digests;
  }

  /**
   * Refuses to go on with a plan that the same settings did not give before, as after a change of
   * the program.
   *
   * @throws ConflictException naming both plans
   */
  void requirePlan(String location, TrainingPlan plan) {
    if (!planDigest.equals(plan.digest())) {
      throw new ConflictException(
          location
              + " holds a run of the plan "
              + planDigest
              + "; with the same settings this build makes the plan "
              + plan.digest()
              + ". Go on with the build that started it ("
              + versions.get("meanfield")
              + ", commit "
              + gitCommit
              + "), or choose another train.output");
    }
  }
}
