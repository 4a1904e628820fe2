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
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.model.FloatVector;
import org.meanfield.train.Checkpoint;
import org.meanfield.train.PackedExamples;
import org.meanfield.train.WeightedExamples;
import org.meanfield.train.WorkerExamples;

/** With weights, too, whoever runs the rounds and whatever the stores hold gives the same bits. */
class WeightedRoundsTest {
  private static final int WORKERS = 3;

  @TempDir static Path folder;
  private static Dataset<Row> plain;
  private static Dataset<Row> weighted;
  private static List<PackedExamples> shards;
  private static TinyRounds rounds;

  @BeforeAll
  static void start() {
    plain = TinyTraining.rows(folder.resolve("data")).cache();
    weighted =
        plain.withColumn(
            "weight",
            conv(substring(col("id"), 1, 2), 16, 10).divide(128).cast(DataTypes.FloatType));
    shards = TinyTraining.shards(plain, WORKERS, folder);
    rounds = new TinyRounds(TinyTraining.planFor(shards), folder);
  }

  @Test
  void theThreeRunnersAndBothStoresGiveTheSameBits() {
    Checkpoint expected = rounds.sequential(withWeights());
    assertThat(rounds.onSpark(data(StoreChoice.DECODED))).isEqualTo(expected);
    StoreChoice encoded = new StoreChoice(StoreChoice.Form.ENCODED, 2);
    assertThat(rounds.resident(data(encoded), 2)).isEqualTo(expected);
    assertThat(rounds.sequential(shards)).isNotEqualTo(expected);
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

  private static WorkerData data(StoreChoice store) {
    return WorkerData.shard(weighted, 36, WORKERS, TinyTraining.SEED, TinyTraining.SPEC, store);
  }
}
