package org.meanfield.jobs.tracking;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.meanfield.jobs.storage.Storage;
import org.mlflow.api.proto.Service.CreateRun;
import org.mlflow.api.proto.Service.Experiment;
import org.mlflow.api.proto.Service.Metric;
import org.mlflow.api.proto.Service.Param;
import org.mlflow.api.proto.Service.Run;
import org.mlflow.api.proto.Service.RunInfo;
import org.mlflow.api.proto.Service.RunStatus;
import org.mlflow.api.proto.Service.RunTag;
import org.mlflow.api.proto.Service.ViewType;
import org.mlflow.tracking.MlflowClient;

/**
 * One run on an MLflow server. It is found again by a tag, so that every process that goes on with
 * a run tells the same one, and what the server knows it is not told twice. Every method throws
 * {@link OutageException} where the server does not do it.
 */
final class MlflowRun {
  /** MLflow's limits of one request. */
  private static final int PARAMETERS = 100;

  private static final int METRICS = 1000;

  /** More runs with the same tag than there will ever be. */
  private static final int SAME_TAG = 100;

  private static final int VALUE_LENGTH = 500;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final MlflowServer server;
  private final ArtifactPlace artefacts;
  private final RunInfo info;
  private final boolean endedBefore;
  private final Map<String, String> tags = new HashMap<>();
  private final Set<Integer> told = new HashSet<>();

  private MlflowRun(MlflowServer server, Storage storage, RunInfo info) {
    this.server = server;
    this.artefacts = new ArtifactPlace(server, storage, info.getArtifactUri());
    this.info = info;
    this.endedBefore = info.getStatus() == RunStatus.FINISHED;
  }

  /**
   * The run on the server; made where it does not know it. Where another process makes it at the
   * same time the older one stays: MLflow takes any number of runs with the same tag.
   */
  static MlflowRun open(
      MlflowServer server, Storage storage, TrackingSettings settings, TrackedRun run) {
    String experiment =
        server.foundOrMade(
            "finding the experiment " + settings.experiment(),
            client ->
                client.getExperimentByName(settings.experiment()).map(Experiment::getExperimentId),
            client -> client.createExperiment(settings.experiment()));
    Optional<Run> known = oldest(server, experiment, run.runId());
    if (known.isEmpty()) {
      RunInfo made =
          server.call("making the run", client -> client.createRun(request(experiment, run)));
      known =
          oldest(server, experiment, run.runId())
              .filter(oldest -> !oldest.getInfo().getRunId().equals(made.getRunId()));
      if (known.isEmpty()) {
        MlflowRun opened = new MlflowRun(server, storage, made);
        opened.logParameters(run.parameters());
        return opened;
      }
      server.call("dropping the second run", client -> deleted(client, made.getRunId()));
    }
    MlflowRun opened = new MlflowRun(server, storage, known.get().getInfo());
    known
        .get()
        .getData()
        .getTagsList()
        .forEach(tag -> opened.tags.put(tag.getKey(), tag.getValue()));
    opened.readWhatItKnows(run);
    return opened;
  }

  private static Optional<Run> oldest(MlflowServer server, String experiment, String runId) {
    String filter = "tags.`%s` = '%s'".formatted(TrackedRun.RUN_ID_TAG, runId);
    List<Run> found =
        server.call(
            "finding the run",
            client ->
                client
                    .searchRuns(List.of(experiment), filter, ViewType.ACTIVE_ONLY, SAME_TAG)
                    .getItems());
    return found.stream()
        .min(
            Comparator.comparing((Run run) -> run.getInfo().getStartTime())
                .thenComparing(run -> run.getInfo().getRunId()));
  }

  private static String deleted(MlflowClient client, String runId) {
    client.deleteRun(runId);
    return runId;
  }

  /** MLflow's name of it. */
  String id() {
    return info.getRunId();
  }

  /** The URI that its artefacts lie below. */
  String artifactUri() {
    return info.getArtifactUri();
  }

  /** True where it was finished before it was opened, and nothing of these epochs is missing. */
  boolean knowsAll(List<EpochFigures> epochs) {
    return endedBefore && epochs.stream().allMatch(epoch -> told.contains(epoch.epoch()));
  }

  /** Tells of the epochs that the server does not know. */
  void tell(List<EpochFigures> epochs) {
    List<EpochFigures> missing =
        epochs.stream().filter(epoch -> !told.contains(epoch.epoch())).toList();
    List<Metric> metrics = new ArrayList<>();
    for (EpochFigures epoch : missing) {
      epoch.metrics().forEach((key, value) -> metrics.add(metric(key, value, epoch.epoch())));
    }
    for (int from = 0; from < metrics.size(); from += METRICS) {
      List<Metric> part = metrics.subList(from, Math.min(from + METRICS, metrics.size()));
      logged("telling metrics", client -> client.logBatch(id(), part, List.of(), List.of()));
    }
    missing.forEach(epoch -> told.add(epoch.epoch()));
  }

  /** Metrics that no epoch has, and tags. */
  void describe(Map<String, Double> metrics, Map<String, String> tags) {
    List<Metric> all = new ArrayList<>();
    metrics.forEach((key, value) -> all.add(metric(key, value, 0)));
    logged("telling metrics", client -> client.logBatch(id(), all, List.of(), tags(tags)));
    this.tags.putAll(tags);
  }

  /** True where the server shows all of these. */
  boolean hasTags(Map<String, String> wanted) {
    return tags.entrySet().containsAll(wanted.entrySet());
  }

  /** A file below its artifact URI. */
  void write(String path, byte[] content) {
    artefacts.write(path, content);
  }

  /** It ended well, now, if it is not known to have done so. */
  void finish() {
    if (!endedBefore) {
      end(RunStatus.FINISHED);
    }
  }

  /** How it ended, now. */
  void end(RunStatus status) {
    logged("ending the run", client -> client.setTerminated(id(), status));
  }

  private void readWhatItKnows(TrackedRun run) {
    server
        .call("reading metrics", client -> client.getMetricHistory(id(), EpochFigures.LOSS))
        .forEach(metric -> told.add((int) metric.getStep()));
    boolean bare =
        server.call("reading parameters", client -> client.getRun(id())).getData().getParamsCount()
            == 0;
    if (bare) {
      // Whoever made it ended before it could tell them.
      logParameters(run.parameters());
    }
    if (!endedBefore) {
      String running = json(Map.of("run_id", id(), "status", RunStatus.RUNNING.name()));
      server.call("going on with the run", client -> client.sendPost("runs/update", running));
    }
  }

  private void logParameters(Map<String, String> parameters) {
    List<Param> all =
        parameters.entrySet().stream()
            .map(
                each ->
                    Param.newBuilder().setKey(each.getKey()).setValue(cut(each.getValue())).build())
            .collect(Collectors.toList());
    for (int from = 0; from < all.size(); from += PARAMETERS) {
      List<Param> part = all.subList(from, Math.min(from + PARAMETERS, all.size()));
      logged("telling parameters", client -> client.logBatch(id(), List.of(), part, List.of()));
    }
  }

  private void logged(String what, Consumer<MlflowClient> call) {
    server.call(
        what,
        client -> {
          call.accept(client);
          return what;
        });
  }

  private static CreateRun request(String experiment, TrackedRun run) {
    return CreateRun.newBuilder()
        .setExperimentId(experiment)
        .setRunName(run.name())
        .setStartTime(System.currentTimeMillis())
        .addTags(tag(TrackedRun.RUN_ID_TAG, run.runId()))
        .addAllTags(tags(run.tags()))
        .build();
  }

  private static List<RunTag> tags(Map<String, String> tags) {
    return tags.entrySet().stream().map(each -> tag(each.getKey(), each.getValue())).toList();
  }

  private static RunTag tag(String key, String value) {
    return RunTag.newBuilder().setKey(key).setValue(value).build();
  }

  private static Metric metric(String key, double value, int step) {
    return Metric.newBuilder()
        .setKey(key)
        .setValue(value)
        .setTimestamp(System.currentTimeMillis())
        .setStep(step)
        .build();
  }

  /** MLflow refuses longer values; the whole one is in the artefact run.json. */
  private static String cut(String value) {
    return value.length() <= VALUE_LENGTH ? value : value.substring(0, VALUE_LENGTH - 3) + "...";
  }

  /** The body of a request that MLflow's client has no method for. */
  static String json(Map<String, ?> content) {
    try {
      return JSON.writeValueAsString(content);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Texts and lists always have a JSON form", e);
    }
  }

  /** The answer to such a request. */
  static JsonNode parsed(String answer) {
    try {
      return JSON.readTree(answer);
    } catch (JsonProcessingException e) {
      throw OutageException.in("an answer that is not JSON", e);
    }
  }
}
