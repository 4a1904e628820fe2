package org.meanfield.jobs.dl4j;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import org.apache.spark.SparkContext;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.meanfield.engine.Engines;
import org.meanfield.jobs.cli.BuildInfo;
import org.meanfield.jobs.cli.Surroundings;
import org.meanfield.model.Network;
import org.meanfield.train.ArtifactStore;
import org.meanfield.train.Checkpoint;
import org.meanfield.train.CheckpointStore;
import org.meanfield.train.JsonArtifact;
import org.meanfield.train.RunJournal;
import org.meanfield.train.TrainingClock;
import org.meanfield.train.TrainingPlan;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * What a program of DL4J leaves in {@code runDir}: the run folder of {@code train}, as far as such
 * a program has what belongs there. It has no data set with an identity, and only it knows when its
 * model is finished, so that neither is in the folder.
 */
final class RunDirectory {
  private static final JsonArtifact<JsonNode> FILE =
      new JsonArtifact<>("run.json", JsonNode.class, "restore it, or choose another runDir");
  private static final String PLAN = "planDigest";
  private static final int KEPT_CHECKPOINTS = 2;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ArtifactStore artifacts;
  private final CheckpointStore checkpoints;

  RunDirectory(ArtifactStore artifacts) {
    this.artifacts = artifacts;
    this.checkpoints = new CheckpointStore(artifacts, KEPT_CHECKPOINTS);
  }

  /** The newest checkpoint. Errors: one of other settings. */
  Optional<Checkpoint> newest(String planDigest) {
    return checkpoints.newest(planDigest);
  }

  /**
   * Says what the run is, where nothing does yet.
   *
   * @param identity what all fits of the run share
   * @param plan of the first fit
   */
  void describe(String identity, TrainingPlan plan, MasterSettings settings, SparkContext spark) {
    if (describedPlan().equals(Optional.of(identity))) {
      return;
    }
    Surroundings surroundings = Surroundings.of(spark);
    ObjectNode run = JSON.createObjectNode();
    run.put("formatVersion", 1);
    run.put("runId", UUID.randomUUID().toString());
    run.put("created", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    run.set("settings", JSON.valueToTree(SettingsText.flat(settings)));
    run.put("engine", plan.engine());
    run.put("engineDescription", Engines.named(plan.engine()).description());
    run.put(PLAN, identity);
    run.put("examples", plan.examplesPerEpoch());
    run.set("versions", JSON.valueToTree(surroundings.versions()));
    run.put("gitCommit", BuildInfo.current().commit());
    run.set("machine", JSON.valueToTree(surroundings.machine()));
    FILE.write(artifacts, run);
  }

  /** The plan of the run that is described there; a run without a checkpoint is begun anew. */
  private Optional<String> describedPlan() {
    return FILE.read(artifacts).map(run -> run.get(PLAN)).map(JsonNode::asText);
  }

  /** The journal as it was at a clock: lines of later rounds are dropped. */
  RunJournal journal(TrainingClock clock, Network network) {
    Optional<IUpdater> updater = updater(network);
    return RunJournal.at(
        clock,
        artifacts,
        iteration ->
            updater.map(rule -> rule.getLearningRate(iteration, clock.epoch())).orElse(Double.NaN));
  }

  /** Keeps a state, after the journal that led to it. */
  void keep(RunJournal journal, Checkpoint now) {
    journal.flush();
    checkpoints.save(now);
  }

  /** The first layer's that has a learning rate. */
  private static Optional<IUpdater> updater(Network network) {
    for (GraphVertex vertex : network.configuration().getVertices().values()) {
      if (vertex instanceof LayerVertex layer
          && layer.getLayerConf().getLayer() instanceof BaseLayer base
          && base.getIUpdater() != null
          && base.getIUpdater().hasLearningRate()) {
        return Optional.of(base.getIUpdater());
      }
    }
    return Optional.empty();
  }
}
