package org.meanfield.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.jobs.ingest.IngestRuns;
import org.meanfield.jobs.ingest.TinyImages;
import org.meanfield.jobs.registry.StoppingFileSystem;
import org.meanfield.jobs.testing.LocalSpark;

/** Weights of examples are part of what a run is: it goes on with the same ones, or not at all. */
class WeightedTrainingTest {
  private static final int PER_CLASS = 12;
  private static final String[] EVERY_ROUND = {"--set", "checkpoint.interval=1"};

  @TempDir Path folder;

  @BeforeEach
  void knowTheStoppingDisk() {
    StoppingFileSystem.knownTo(LocalSpark.session());
  }

  @AfterEach
  void letTheDiskBe() {
    StoppingFileSystem.neverStop();
  }

  @Test
  void killedInTheMiddleItGoesOnWithTheSameBitsButNotWithOtherWeights() throws IOException {
    Path table = folder.resolve("table");
    write(table);
    Path data = folder.resolve("data");
    String began = ingest(table, data, "importance");
    TrainRuns runs = new TrainRuns(data.toString());
    Path whole = folder.resolve("whole");
    assertThat(runs.train(whole, EVERY_ROUND)).as(runs.printed()).isZero();

    Path killed = folder.resolve("killed");
    String onStoppingDisk = StoppingFileSystem.SCHEME + "://" + killed;
    StoppingFileSystem.stopBefore("checkpoints/round-00000003");
    assertThat(runs.train(onStoppingDisk, EVERY_ROUND)).as(runs.printed()).isEqualTo(1);
    StoppingFileSystem.neverStop();
    assertThat(killed.resolve("checkpoints/round-00000002/checkpoint.json")).exists();
    assertThat(killed.resolve("model")).doesNotExist();

    Path before = Files.move(data, folder.resolve("before"));
    String changed = ingest(table, data, "doubt");
    for (Object run : List.of(onStoppingDisk, whole)) {
      runs.forget();
      assertThat(runs.train(run, EVERY_ROUND)).isEqualTo(6);
      assertThat(runs.printed())
          .containsOnlyOnce("holds another run")
          .contains(run.toString().replaceFirst(".*:/*", "/"))
          .contains("the data set: was " + began, "now " + changed, "weights")
          .contains("choose another train.output");
    }
    Path other = folder.resolve("other");
    assertThat(runs.train(other, EVERY_ROUND)).as(runs.printed()).isZero();
    assertThat(TrainRuns.digest(other)).isNotEqualTo(TrainRuns.digest(whole));

    Files.move(data, folder.resolve("changed"));
    Files.move(before, data);
    assertThat(runs.train(onStoppingDisk, EVERY_ROUND)).as(runs.printed()).isZero();
    assertThat(runs.printed()).contains("going on after round 2 of 4");
    assertThat(TrainRuns.digest(killed)).isEqualTo(TrainRuns.digest(whole));
    assertThat(TrainRuns.rounds(killed)).hasSize(4);
  }

  private static String ingest(Path table, Path output, String column) throws IOException {
    return IngestRuns.ingest(table, output, "--set", "ingest.weight-column=" + column)
        .manifest()
        .datasetId();
  }

  private static void write(Path table) {
    SparkSession spark = LocalSpark.session();
    List<Row> rows = new ArrayList<>();
    for (String label : TinyImages.CLASSES) {
      for (int i = 0; i < PER_CLASS; i++) {
        String split = i < 10 ? "train" : "validation";
        rows.add(RowFactory.create(IngestRuns.png(label, i), label, split, 1.0 + i, 20.0 - i));
      }
    }
    StructType schema =
        new StructType()
            .add("image", DataTypes.BinaryType)
            .add("label", DataTypes.StringType)
            .add("split", DataTypes.StringType)
            .add("importance", DataTypes.DoubleType)
            .add("doubt", DataTypes.DoubleType);
    spark.createDataFrame(rows, schema).write().parquet(table.toString());
  }
}
