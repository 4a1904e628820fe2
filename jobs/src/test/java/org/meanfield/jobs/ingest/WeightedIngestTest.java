package org.meanfield.jobs.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.data.DatasetManifest;
import org.meanfield.data.Split;
import org.meanfield.jobs.storage.DatasetFiles;

/** Weights of a table's column are part of the data set. */
class WeightedIngestTest {
  private static final int PER_CLASS = 6;
  private static final String COLUMN = "ingest.weight-column=importance";
  private static final String NO_VALIDATION = "ingest.validation-fraction=0";

  @TempDir Path folder;

  @Test
  void weightsAreKeptAndTellDataSetsApart() throws IOException {
    Path table = folder.resolve("table");
    rows().write().parquet(table.toString());
    Path output = folder.resolve("weighted");
    DatasetFiles data = IngestRuns.ingest(table, output, "--set", COLUMN, "--set", NO_VALIDATION);
    DatasetManifest manifest = data.manifest();
    // In training disc, square and stripes 0..4 with 1 + i, 2 + i and 3 + i.
    assertThat(manifest.weights()).contains(new DatasetManifest.Weights(4));
    assertThat(Files.readString(output.resolve("dataset.json")))
        .contains("\"formatVersion\" : 2", "\"trainingMean\" : 4.0");
    List<Row> trained = data.weighted(Split.TRAIN).select("label", "weight").collectAsList();
    assertThat(trained).hasSize(15);
    assertThat(trained.stream().mapToDouble(row -> row.getFloat(1)).sum())
        .isCloseTo(15, Offset.offset(1e-6));
    assertThat(data.split(Split.TRAIN).columns()).doesNotContain("weight");
    double stored =
        IngestRuns.spark()
            .read()
            .parquet(data.files(Split.TEST).toArray(new String[0]))
            .agg(functions.sum("weight"))
            .first()
            .getDouble(0);
    assertThat(stored).isEqualTo(6 + 7 + 8);

    DatasetFiles plain = IngestRuns.ingest(table, folder.resolve("plain"), "--set", NO_VALIDATION);
    assertThat(plain.manifest().weights()).isEmpty();
    assertThat(plain.weighted(Split.TRAIN).columns()).isEqualTo(DatasetFiles.SCHEMA.fieldNames());
    assertThat(Files.readString(folder.resolve("plain/dataset.json")))
        .contains("\"formatVersion\" : 1")
        .doesNotContain("trainingMean");
    assertThat(plain.manifest().digest()).isNotEqualTo(manifest.digest());

    String doubled = "ingest.weight-column=doubled";
    DatasetFiles other =
        IngestRuns.ingest(table, folder.resolve("other"), "--set", doubled, "--set", NO_VALIDATION);
    assertThat(other.manifest().digest()).isNotEqualTo(manifest.digest());
    assertThat(other.weighted(Split.TRAIN).select("id", "weight").collectAsList())
        .containsExactlyInAnyOrderElementsOf(
            data.weighted(Split.TRAIN).select("id", "weight").collectAsList());
  }

  @Test
  void whatIsNoWeightIsRejectedByNameAndAllZeroIsNoDataSet() throws IOException {
    Path input = folder.resolve("in");
    IngestRuns.draw(input.resolve("pictures"), "disc", 0, 6);
    StringBuilder csv = new StringBuilder("path,label,importance,split\n");
    List<String> weights = List.of("-1", "much", "NaN", "", "0", "0");
    for (int i = 0; i < weights.size(); i++) {
      csv.append("pictures/" + i + ".png,disc," + weights.get(i) + ",train\n");
    }
    Path file = Files.writeString(input.resolve("list.csv"), csv);
    Path output = folder.resolve("out");
    IngestRuns.Outcome outcome =
        IngestRuns.run(
            file,
            output,
            "--set",
            COLUMN,
            "--set",
            NO_VALIDATION,
            "--set",
            "ingest.max-reject-fraction=0.9");
    assertThat(outcome.exitCode()).isEqualTo(3);
    assertThat(outcome.errors()).contains("'importance' of all 2 training images are 0");
    List<String> details =
        IngestRuns.spark()
            .read()
            .parquet(output.resolve("rejects").toString())
            .collectAsList()
            .stream()
            .filter(row -> row.getString(1).equals("bad-weight"))
            .map(row -> row.getString(2))
            .toList();
    assertThat(details)
        .contains("'-1' in column 'importance' is no number of 0 or more")
        .hasSize(4);
  }

  @Test
  void aColumnThatIsNotThereIsNamed() throws IOException {
    IngestRuns.draw(folder.resolve("in/disc"), "disc", 0, 2);
    IngestRuns.Outcome noColumns =
        IngestRuns.run(folder.resolve("in"), folder.resolve("a"), "--set", COLUMN);
    assertThat(noColumns.exitCode()).isEqualTo(2);
    assertThat(noColumns.errors()).contains("ingest.weight-column").contains("folder");
    Path file = Files.writeString(folder.resolve("list.csv"), "in/disc/0.png,disc\n");
    IngestRuns.Outcome noHeader = IngestRuns.run(file, folder.resolve("b"), "--set", COLUMN);
    assertThat(noHeader.exitCode()).isEqualTo(3);
    assertThat(noHeader.errors()).contains("no header").contains("'importance'");
  }

  private static Dataset<Row> rows() {
    List<Row> rows = new ArrayList<>();
    for (int label = 0; label < TinyImages.CLASSES.size(); label++) {
      String name = TinyImages.CLASSES.get(label);
      for (int i = 0; i < PER_CLASS; i++) {
        double weight = 1 + label + i;
        rows.add(
            RowFactory.create(
                IngestRuns.png(name, i),
                name,
                i < PER_CLASS - 1 ? "train" : "test",
                weight,
                2 * weight));
      }
    }
    return IngestRuns.spark()
        .createDataFrame(
            rows,
            new StructType()
                .add("image", DataTypes.BinaryType)
                .add("label", DataTypes.StringType)
                .add("split", DataTypes.StringType)
                .add("importance", DataTypes.DoubleType)
                .add("doubled", DataTypes.DoubleType));
  }
}
