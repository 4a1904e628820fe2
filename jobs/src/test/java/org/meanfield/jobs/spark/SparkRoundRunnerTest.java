package org.meanfield.jobs.spark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.jobs.testing.LocalSpark;
import org.meanfield.train.Checkpoint;
import org.meanfield.train.PackedExamples;
import org.meanfield.train.TrainingPlan;
import org.meanfield.train.WorkerExamples;
import org.meanfield.train.WorkerTrainer.IdRecording;

class SparkRoundRunnerTest {
  @TempDir static Path folder;
  private static SparkSession spark;
  private static Dataset<Row> rows;

  @BeforeAll
  static void start() {
    spark = LocalSpark.session();
    rows = TinyTraining.rows(folder.resolve("data"));
  }

  @Test
  void givesTheSameBitsAsTheSequentialRunner() {
    for (int workers : new int[] {1, 3, 5}) {
      List<PackedExamples> shards = TinyTraining.shards(rows, workers, folder);
      TrainingPlan plan = TinyTraining.planFor(shards);
      assertThat(onSpark(plan, rows, workers))
          .isEqualTo(new TinyRounds(plan, folder).sequential(shards));
    }
  }

  @Test
  void whatTheLocalStoresHoldDoesNotMatter() {
    TrainingPlan plan = TinyTraining.plan(List.of(12, 12, 12));
    Checkpoint pixels = onSpark(plan, rows, 3);
    for (int threads : new int[] {0, 2}) {
      StoreChoice images = new StoreChoice(StoreChoice.Form.ENCODED, threads);
      assertThat(onSpark(plan, rows, 3, images)).isEqualTo(pixels);
    }
  }

  @Test
  void pixelsAreKeptWhereTheyFitTheBudget() {
    long needed = 100 * (36 + 16 * 16 * 3);
    assertThat(StoreChoice.within(needed, 100, TinyTraining.SPEC))
        .isEqualTo(StoreChoice.Form.DECODED);
    assertThat(StoreChoice.within(needed - 1, 100, TinyTraining.SPEC))
        .isEqualTo(StoreChoice.Form.ENCODED);
  }

  @Test
  void theFilesThatHoldTheExamplesDoNotMatter() {
    List<Integer> sizes = List.of(12, 12, 12);
    TrainingPlan plan = TinyTraining.plan(sizes);
    Checkpoint one = onSpark(plan, rows.coalesce(1), 3);
    Checkpoint many = onSpark(plan, rows.orderBy("origin").repartition(7), 3);
    assertThat(many).isEqualTo(one);
  }

  @Test
  void shardsDifferByOneExampleAtMostAndHoldEachExampleOnce() {
    try (WorkerData data =
        WorkerData.shard(rows, rows.count(), 5, TinyTraining.SEED, TinyTraining.SPEC)) {
      assertThat(data.sizes()).allMatch(size -> size == 7 || size == 8);
      List<String> ids = new ArrayList<>();
      for (Shard shard : collected(data)) {
        assertThat(shard.examples().size()).isEqualTo(data.sizes().get(shard.worker()));
        for (int i = 0; i < shard.examples().size(); i++) {
          ids.add(shard.examples().id(i));
        }
      }
      List<String> all =
          rows.select("id").collectAsList().stream().map(row -> row.getString(0)).toList();
      assertThat(ids).containsExactlyInAnyOrderElementsOf(all);
    }
  }

  @Test
  void anImageThatWasAlteredAfterIngestIsNotTrainedOn() {
    Row first = rows.orderBy("id").first();
    String id = first.getAs("id");
    byte[] other = rows.orderBy("id").takeAsList(2).get(1).getAs("image");
    Dataset<Row> altered =
        rows.withColumn("image", when(col("id").equalTo(id), lit(other)).otherwise(col("image")));
    try (WorkerData data = WorkerData.shard(altered, 36, 2, TinyTraining.SEED, TinyTraining.SPEC)) {
      assertThatThrownBy(data::load)
          .hasRootCauseInstanceOf(CorruptArtifactException.class)
          .rootCause()
          .hasMessageContaining(id)
          .hasMessageContaining("ingest the data again");
    }
  }

  /** In local mode the shards lie in this process, so they can be looked at. */
  private static List<Shard> collected(WorkerData data) {
    data.load();
    List<Shard> shards = new ArrayList<>();
    for (int worker = 0; worker < data.sizes().size(); worker++) {
      shards.add(new Shard(worker, local(data, worker)));
    }
    return shards;
  }

  private static WorkerExamples local(WorkerData data, int worker) {
    ShardStore<EncodedExample> none =
        (absent, examples) -> {
          throw new AssertionError("The shard of worker " + absent + " is not here");
        };
    return LocalShards.get(data.shards().shardName(), none, worker, List.of());
  }

  private Checkpoint onSpark(TrainingPlan plan, Dataset<Row> examples, int workers) {
    return onSpark(plan, examples, workers, StoreChoice.DECODED);
  }

  private Checkpoint onSpark(
      TrainingPlan plan, Dataset<Row> examples, int workers, StoreChoice store) {
    JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
    try (WorkerData data =
            WorkerData.shard(examples, 36, workers, TinyTraining.SEED, TinyTraining.SPEC, store);
        SparkRoundRunner runner = new SparkRoundRunner(context, plan, data, IdRecording.OFF)) {
      data.load();
      assertThat(data.sizes()).isEqualTo(plan.shardSizes());
      double accuracy =
          runner.validator(data).accuracy(TinyRounds.ENGINE.initialState(plan.network()));
      assertThat(accuracy).isBetween(0.0, 1.0);
      return new TinyRounds(plan, folder).train(runner);
    }
  }
}
