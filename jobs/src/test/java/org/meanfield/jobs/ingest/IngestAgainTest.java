package org.meanfield.jobs.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.storage.StorageLevel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.config.Settings;
import org.meanfield.data.DatasetManifest;
import org.meanfield.jobs.storage.FolderLock;
import org.meanfield.jobs.storage.Storage;

class IngestAgainTest {
  private static final String STRICT = "--set=ingest.max-reject-fraction=0";

  @TempDir private Path folder;
  private Path input;
  private Path output;

  @BeforeEach
  void draw() throws IOException {
    input = folder.resolve("in");
    output = folder.resolve("out");
    IngestRuns.draw(input.resolve("disc"), "disc", 0, 12);
    IngestRuns.draw(input.resolve("square"), "square", 0, 12);
  }

  @Test
  void aFinishedDataSetIsLeftAloneAndBelongsToItsInput() throws IOException {
    DatasetManifest made = IngestRuns.ingest(input, output).manifest();
    byte[] before = Files.readAllBytes(output.resolve(DatasetManifest.FILE));
    IngestRuns.Outcome again = IngestRuns.run(input, output);
    assertThat(again.exitCode()).isZero();
    assertThat(again.result().path("status").asText()).isEqualTo("nothing-to-do");
    assertThat(again.result().path("examples").asInt()).isEqualTo(24);
    assertThat(again.result().path("datasetId").asText()).isEqualTo(made.datasetId());

    IngestRuns.Outcome other = IngestRuns.run(input.resolve("disc"), output);
    assertThat(other.exitCode()).isEqualTo(6);
    assertThat(other.errors())
        .contains("ingest.input = file:" + input)
        .contains("now file:" + input.resolve("disc"));
    IngestRuns.Outcome settings = IngestRuns.run(input, output, "--splits", "0.5,0.5,0");
    assertThat(settings.exitCode()).isEqualTo(6);
    assertThat(settings.errors()).contains("ingest.splits = (none), now 0.5,0.5,0");
    assertThat(Files.readAllBytes(output.resolve(DatasetManifest.FILE))).isEqualTo(before);
    assertNoLeftovers();
  }

  @Test
  void aKilledIngestLeavesNoDataSetAndTheSameCommandFinishes() throws IOException {
    String id = IngestRuns.ingest(input, folder.resolve("undisturbed")).manifest().datasetId();
    claim();
    Files.createDirectories(output.resolve(".tmp-dead/checked"));
    Files.writeString(output.resolve(".tmp-dead/checked/part-0.parquet"), "half written");
    Files.createDirectories(output.resolve("split=train"));
    Files.writeString(output.resolve("split=train/part-00000.parquet"), "of the dead");
    assertThat(IngestRuns.hasManifest(output)).isFalse();

    IngestRuns.Outcome other = IngestRuns.run(input.resolve("disc"), output);
    assertThat(other.exitCode()).isEqualTo(6);
    assertThat(other.errors()).contains("unfinished ingest of file:" + input);

    assertThat(IngestRuns.ingest(input, output).manifest().datasetId()).isEqualTo(id);
    assertThat(IngestRuns.run(input, output).result().path("status").asText())
        .isEqualTo("nothing-to-do");
    assertNoLeftovers();
  }

  @Test
  void aFolderWithOtherThingsIsRefused() throws IOException {
    Files.createDirectories(output.resolve("split=train"));
    Files.writeString(output.resolve("split=train/mine.parquet"), "someone's own");
    IngestRuns.Outcome refused = IngestRuns.run(input, output);
    assertThat(refused.exitCode()).isEqualTo(6);
    assertThat(refused.errors()).contains("neither empty nor a data set").contains("split=train");
    assertThat(output.resolve("split=train/mine.parquet")).exists();
  }

  @Test
  void whereAnotherProcessIsAtItNothingIsTouched() throws IOException {
    Storage storage = new Storage(IngestRuns.spark().sparkContext().hadoopConfiguration());
    String folder = storage.qualify(output.toString());
    try (FolderLock other = FolderLock.ofOutput(storage, folder, "another ingest")) {
      other.requireHeld();
      IngestRuns.Outcome refused = IngestRuns.run(input, output);
      assertThat(refused.exitCode()).isEqualTo(75);
      assertThat(refused.errors()).contains("is held by another ingest");
      assertThat(IngestRuns.hasManifest(output)).isFalse();
    }
    assertThat(IngestRuns.run(input, output).exitCode()).isZero();
  }

  @Test
  void rejectsOfAFailedIngestAreReplacedAndSomebodyElsesAreLeftAlone() throws IOException {
    Files.writeString(input.resolve("disc/broken.png"), "no image");
    assertThat(IngestRuns.run(input, output, STRICT).exitCode()).isEqualTo(3);
    assertThat(output.resolve("rejects/_ingest")).exists();
    assertThat(IngestRuns.run(input, output, STRICT).exitCode()).as("again").isEqualTo(3);
    assertThat(IngestRuns.spark().read().parquet(output.resolve("rejects").toString()).count())
        .isOne();

    Path foreign = folder.resolve("foreign");
    Files.createDirectories(foreign.resolve("rejects"));
    Files.writeString(foreign.resolve("rejects/mine.parquet"), "someone's own");
    IngestRuns.Outcome refused = IngestRuns.run(input, foreign);
    assertThat(refused.exitCode()).isEqualTo(6);
    assertThat(refused.errors()).contains("neither empty nor a data set").contains("rejects");
    assertThat(foreign.resolve("rejects/mine.parquet")).exists();
  }

  @Test
  void inputsThatCannotBeToldAreDescribed() throws IOException {
    IngestRuns.Outcome missing = IngestRuns.run(folder.resolve("nowhere"), output);
    assertThat(missing.exitCode()).isEqualTo(3);
    assertThat(missing.message()).contains("nowhere does not exist");
    Path odd = Files.createDirectories(folder.resolve("odd"));
    Files.writeString(odd.resolve("notes.txt"), "");
    IngestRuns.Outcome nothing = IngestRuns.run(odd, output);
    assertThat(nothing.exitCode()).isEqualTo(3);
    assertThat(nothing.message()).contains("nothing in it fits").contains("notes.txt");
    Files.writeString(odd.resolve("labels.csv"), "a,b\n");
    Files.createDirectories(odd.resolve("images"));
    assertThat(IngestRuns.run(odd, output).message()).contains("[folder, csv] all fit");
  }

  @Test
  void theDigestDoesNotDependOnPartitions() {
    var rows =
        IngestRuns.spark()
            .range(50)
            .selectExpr(
                "hex(id) as id",
                "cast(id % 3 as int) as label",
                "'train' as split",
                "cast(null as double) as weight")
            .persist(StorageLevel.MEMORY_ONLY());
    List<String> classes = List.of("a", "b", "c");
    String digest = DatasetDigest.of(classes, rows.repartition(7));
    assertThat(DatasetDigest.of(classes, rows.coalesce(1))).isEqualTo(digest);
    assertThat(DatasetDigest.of(classes, rows.where("id <> '7'"))).isNotEqualTo(digest);
    assertThat(DatasetDigest.of(List.of("a", "b", "d"), rows)).isNotEqualTo(digest);
    var weighted = rows.selectExpr("id", "label", "split", "label + 0.5D as weight");
    assertThat(DatasetDigest.of(classes, weighted)).isNotEqualTo(digest);
    assertThat(DatasetDigest.of(classes, weighted.repartition(3)))
        .isEqualTo(DatasetDigest.of(classes, weighted));
    rows.unpersist();
  }

  /** What an ingest of the input, killed at once, leaves. */
  private void claim() {
    Map<String, Object> given =
        Map.of("ingest.input", input.toString(), "ingest.output", output.toString());
    IngestSettings settings =
        IngestSettings.from(
            Settings.resolve(IngestSettings.declared(), ConfigFactory.parseMap(given)));
    Storage storage = new Storage(IngestRuns.spark().sparkContext().hadoopConfiguration());
    new IngestOutput(storage, settings, storage.qualify(settings.input())).claim();
  }

  private void assertNoLeftovers() throws IOException {
    try (var entries = Files.list(output)) {
      assertThat(entries.map(path -> path.getFileName().toString()))
          .noneMatch(name -> name.startsWith(".tmp-") || name.contains("claim"));
    }
  }
}
