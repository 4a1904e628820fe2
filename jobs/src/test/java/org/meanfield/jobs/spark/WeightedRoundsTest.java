package org.meanfield.jobs.spark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.conv;
import static org.apache.spark.sql.functions.substring;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.engine.Engine;
import org.meanfield.engine.Engines;
import org.meanfield.jobs.testing.LocalSpark;
import org.meanfield.model.FloatVector;
import org.meanfield.train.Checkpoint;
import org.meanfield.train.CheckpointStore;
import org.meanfield.train.LocalArtifacts;
import org.meanfield.train.LoopIntervals;
import org.meanfield.train.PackedExamples;
import org.meanfield.train.RoundRunner;
import org.meanfield.train.RunJournal;
import org.meanfield.train.SequentialRoundRunner;
import org.meanfield.train.TrainingClock;
import org.meanfield.train.TrainingLoop;
import org.meanfield.train.TrainingPlan;
import org.meanfield.train.WeightedExamples;
import org.meanfield.train.WorkerExamples;
import org.meanfield.train.WorkerTrainer.IdRecording;

/** With weights, too, whoever runs the rounds and whatever the stores hold gives the same bits. */
class WeightedRoundsTest {
  private static final int WORKERS = 3;
  private static final int TIMEOUT_SECONDS = 240;

  @TempDir static Path folder;
  private static Dataset<Row> plain;
  private static Dataset<Row> weighted;
  private static List<PackedExamples> shards;
  private static TrainingPlan plan;
  private final Engine engine = Engines.named("nd4j");

  @BeforeAll
  static void start() {
    plain = TinyTraining.rows(folder.resolve("data")).cache();
    weighted =
        plain.withColumn(
            "weight",
            conv(substring(col("id"), 1, 2), 16, 10).divide(128).cast(DataTypes.FloatType));
    shards = TinyTraining.shards(plain, WORKERS, folder);
    plan = TinyTraining.plan(shards.stream().map(PackedExamples::size).toList());
  }

  @Test
  void theThreeRunnersAndBothStoresGiveTheSameBits() {
    Checkpoint expected = sequential(withWeights());
    assertThat(onSpark(StoreChoice.DECODED)).isEqualTo(expected);
    assertThat(resident(new StoreChoice(StoreChoice.Form.ENCODED, 2))).isEqualTo(expected);
    assertThat(sequential(shards)).isNotEqualTo(expected);
  }

  private static List<WorkerExamples> withWeights() {
    Map<String, Float> byId = new HashMap<>();
    for (Row row : weighted.select("id", "weight").collectAsList()) {
      byId.put(row.getString(0), row.getFloat(1));
    }
    assertThat(byId.values()).anyMatch(weight -> weight > 1).anyMatch(weight -> weight < 0.5);
    List<WorkerExamples> examples = new ArrayList<>();
    for (PackedExamples shard : shards) {
      float[] weights = new float[shard.size()];
      for (int i = 0; i < weights.length; i++) {
        weights[i] = byId.get(shard.id(i));
      }
      examples.add(new WeightedExamples(shard, FloatVector.wrap(weights)));
    }
    return examples;
  }

  private Checkpoint sequential(List<? extends WorkerExamples> examples) {
    try (RoundRunner runner = new SequentialRoundRunner(engine, plan, examples, IdRecording.OFF)) {
      return train(runner);
    }
  }

  private Checkpoint onSpark(StoreChoice store) {
    try (WorkerData data = data(store);
        RoundRunner runner = new SparkRoundRunner(context(), plan, data, IdRecording.OFF)) {
      data.load();
      return train(runner);
    }
  }

  private Checkpoint resident(StoreChoice store) {
    try (WorkerData data = data(store);
        RoundRunner runner =
            new ResidentRoundRunner(
                context(), plan, data, IdRecording.OFF, TIMEOUT_SECONDS, () -> 2)) {
      data.load();
      return train(runner);
    }
  }

  private static JavaSparkContext context() {
    return new JavaSparkContext(LocalSpark.session().sparkContext());
  }

  private static WorkerData data(StoreChoice store) {
    return WorkerData.shard(weighted, 36, WORKERS, TinyTraining.SEED, TinyTraining.SPEC, store);
  }

  private Checkpoint train(RoundRunner runner) {
    LocalArtifacts artifacts = new LocalArtifacts(folder.resolve("run"));
    RunJournal journal = RunJournal.at(TrainingClock.START, artifacts, iteration -> 0.01);
    LoopIntervals intervals = new LoopIntervals(5, 1, plan.epochs());
    CheckpointStore checkpoints = new CheckpointStore(artifacts, 1);
    Checkpoint start = Checkpoint.initial(plan.digest(), engine.initialState(plan.network()));
    return new TrainingLoop(plan, runner, state -> 0.5, checkpoints::save, intervals, journal)
        .run(start);
  }
}
