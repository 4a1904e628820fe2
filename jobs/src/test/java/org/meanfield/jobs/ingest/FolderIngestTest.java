package org.meanfield.jobs.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.data.DatasetManifest;
import org.meanfield.data.Split;
import org.meanfield.jobs.storage.DatasetFiles;

class FolderIngestTest {
  @TempDir private Path folder;

  @Test
  void classFoldersBelowSplitsBecomeADataSet() throws IOException {
    Path input = folder.resolve("in");
    for (String name : TinyImages.CLASSES) {
      IngestRuns.draw(input.resolve("train/" + name), name, 0, 20);
      IngestRuns.draw(input.resolve("val/" + name), name, 100, 104);
      IngestRuns.draw(input.resolve("test/" + name), name, 200, 205);
    }
    Files.writeString(input.resolve("README.txt"), "no image");
    Files.writeString(input.resolve("train/disc/.DS_Store"), "hidden");
    IngestRuns.Outcome outcome =
        IngestRuns.run(input, folder.resolve("out"), "--set", "ingest.rows-per-file=16");
    assertThat(outcome.exitCode()).as(outcome.errors()).isZero();
    assertThat(outcome.result().path("examples").asInt()).isEqualTo(87);
    DatasetFiles files = IngestRuns.open(folder.resolve("out"));
    DatasetManifest manifest = files.manifest();
    assertThat(outcome.result().path("datasetId").asText()).isEqualTo(manifest.datasetId());
    assertThat(manifest.classes().names()).isEqualTo(TinyImages.CLASSES);
    assertThat(manifest.splits().get(Split.TRAIN).byClass()).containsExactly(20L, 20L, 20L);
    assertThat(manifest.splits().get(Split.VALIDATION).byClass()).containsExactly(4L, 4L, 4L);
    assertThat(manifest.splits().get(Split.TEST).byClass()).containsExactly(5L, 5L, 5L);
    assertThat(manifest.sizes().channels()).isEqualTo(Map.of(3, 87L));
    assertThat(manifest.normalization(3)).isPresent();
    assertThat(manifest.source().format()).isEqualTo("folder");
    assertThat(manifest.warnings()).anyMatch(w -> w.contains("README.txt"));
    assertEveryFileHasEveryClass(files);
    assertRowsMatchTheirFiles(files, input);
    assertThat(IngestRuns.spark().read().parquet(files.uri() + "/split=*").count()).isEqualTo(87);
  }

  @Test
  void foldersWithoutAPictureAreNamed() throws IOException {
    Path input = folder.resolve("in");
    IngestRuns.draw(input.resolve("disc"), "disc", 0, 12);
    IngestRuns.draw(input.resolve("square/small"), "square", 0, 12);
    Files.createDirectories(input.resolve("owl"));
    DatasetManifest manifest = IngestRuns.ingest(input, folder.resolve("out")).manifest();
    assertThat(manifest.classes().names()).containsExactly("disc", "square/small");
    assertThat(manifest.warnings())
        .contains("1 folders have no image that can be used, and are no classes: 'owl'");
  }

  @Test
  void namesThatLookLikePatternsOrUrisAreNames() throws IOException {
    Path input = folder.resolve("my [1]{a} ü%20*");
    IngestRuns.draw(input.resolve("disc"), "disc", 0, 12);
    Files.move(input.resolve("disc/0.png"), input.resolve("disc/12:30?.png"));
    DatasetFiles data = IngestRuns.ingest(input, folder.resolve("out [2]{b}"));
    assertThat(data.split(Split.TRAIN).count()).isEqualTo(data.manifest().examples(Split.TRAIN));
    assertThat(data.manifest().examples()).isEqualTo(12);
  }

  @Test
  void aLinkThatLeadsBackIsRefused() throws IOException {
    Path input = folder.resolve("in");
    IngestRuns.draw(input.resolve("disc"), "disc", 0, 3);
    Files.createSymbolicLink(input.resolve("disc/again"), Path.of("."));
    IngestRuns.Outcome outcome = IngestRuns.run(input, folder.resolve("out"));
    assertThat(outcome.exitCode()).isEqualTo(3);
    assertThat(outcome.errors()).contains("remove the link").doesNotContain("\tat ");
  }

  @Test
  void aFileOfAnotherProgramNamedAsAManifestIsNoDataset() throws IOException {
    Path input = folder.resolve("in");
    IngestRuns.draw(input.resolve("disc"), "disc", 0, 12);
    Files.writeString(input.resolve("dataset.json"), "{\"license\": \"free\"}");
    assertThat(IngestRuns.ingest(input, folder.resolve("out")).manifest().examples()).isEqualTo(12);
    IngestRuns.Outcome again = IngestRuns.run(folder.resolve("out"), folder.resolve("again"));
    assertThat(again.exitCode()).isEqualTo(3);
    assertThat(again.errors()).contains("is a data set already");
  }

  @Test
  void anOutputInTheInputThatIsNotReadThereIsFree() throws IOException {
    Path input = folder.resolve("in");
    IngestRuns.draw(input.resolve("disc"), "disc", 0, 12);
    assertThat(IngestRuns.ingest(input, input.resolve(".packed")).manifest().examples())
        .isEqualTo(12);
  }

  @Test
  void anOutputInTheInputIsRefusedAndNothingIsWritten() throws IOException {
    Path input = folder.resolve("in");
    IngestRuns.draw(input.resolve("disc"), "disc", 0, 3);
    for (Path output : List.of(input, input.resolve("packed"), input.resolve("disc/packed"))) {
      IngestRuns.Outcome outcome = IngestRuns.run(input, output);
      assertThat(outcome.exitCode()).isEqualTo(2);
      assertThat(outcome.errors()).contains("lies in the input", "ingest.output");
    }
    try (var all = Files.walk(input)) {
      assertThat(all.filter(Files::isRegularFile)).hasSize(3);
    }
  }

  @Test
  void nestedFoldersAreClassesAndAreSplitByContent() throws IOException {
    Path input = folder.resolve("in");
    IngestRuns.draw(input.resolve("round/disc"), "disc", 0, 40);
    IngestRuns.draw(input.resolve("round"), "square", 0, 40);
    IngestRuns.draw(input.resolve("train"), "stripes", 0, 40);
    DatasetManifest first = IngestRuns.ingest(input, folder.resolve("first")).manifest();
    assertThat(first.classes().names()).containsExactly("round", "round/disc", "train");
    assertThat(first.splits().keySet()).containsExactly(Split.values());
    assertThat(first.warnings()).anyMatch(w -> w.contains("'train' lies among class folders"));
    Map<String, Split> before = splits(folder.resolve("first"));

    IngestRuns.draw(input.resolve("round/disc"), "disc", 40, 60);
    IngestRuns.ingest(input, folder.resolve("second"));
    Map<String, Split> after = splits(folder.resolve("second"));
    assertThat(after).hasSize(140).containsAllEntriesOf(before);
  }

  @Test
  void sharesCanBeSetButNotOverGivenSplits() throws IOException {
    Path input = folder.resolve("in");
    IngestRuns.draw(input.resolve("train/disc"), "disc", 0, 12);
    IngestRuns.draw(input.resolve("test/disc"), "disc", 20, 24);
    IngestRuns.Outcome refused =
        IngestRuns.run(input, folder.resolve("no"), "--splits", "0.5,0.25,0.25");
    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused.errors()).contains("ingest.source-splits=ignore");
    assertThat(IngestRuns.hasManifest(folder.resolve("no"))).isFalse();
    DatasetManifest anew =
        IngestRuns.ingest(
                input,
                folder.resolve("out"),
                "--splits",
                "0,0,1",
                "--set",
                "ingest.source-splits=ignore")
            .manifest();
    assertThat(anew.examples(Split.TEST)).isEqualTo(16);
    assertThat(anew.warnings()).contains("There is no training split");
    assertThat(anew.normalization(3)).as("of all images").isPresent();
  }

  @Test
  void duplicatesAreKeptOnceAndReported() throws IOException {
    Path input = folder.resolve("in");
    for (String name : List.of("disc", "square")) {
      IngestRuns.draw(input.resolve("train/" + name), name, 0, 15);
      IngestRuns.draw(input.resolve("test/" + name), name, 50, 55);
    }
    byte[] test = IngestRuns.png("disc", 50);
    Files.write(input.resolve("train/disc/leak.png"), test);
    Files.write(input.resolve("train/square/mislabelled.png"), IngestRuns.png("disc", 3));
    Files.write(input.resolve("train/disc/copy.png"), IngestRuns.png("disc", 4));
    DatasetManifest manifest = IngestRuns.ingest(input, folder.resolve("out")).manifest();
    assertThat(manifest.examples()).isEqualTo(40);
    assertThat(manifest.examples(Split.TEST)).isEqualTo(10);
    assertThat(manifest.duplicates()).isEqualTo(new DatasetManifest.Duplicates(3, 1, 1));
    assertThat(manifest.splits().get(Split.TEST).byClass()).containsExactly(5L, 5L);
    assertThat(manifest.warnings())
        .anyMatch(w -> w.startsWith("3 inputs repeat"))
        .anyMatch(w -> w.contains("several of the input's splits") && w.contains("test/disc/50"))
        .anyMatch(w -> w.contains("several labels") && w.contains("train/disc/3.png"));
    assertThat(splits(folder.resolve("out"))).hasSize(40);
  }

  @Test
  void smallClassesAreNamed() throws IOException {
    Path input = folder.resolve("in");
    IngestRuns.draw(input.resolve("train/disc"), "disc", 0, 30);
    IngestRuns.draw(input.resolve("train/square"), "square", 0, 2);
    DatasetManifest manifest =
        IngestRuns.ingest(input, folder.resolve("out"), "--set", "ingest.validation-fraction=0")
            .manifest();
    assertThat(manifest.splits().keySet()).containsExactly(Split.TRAIN);
    assertThat(manifest.warnings())
        .contains("1 classes have fewer than 10 training images: 'square' (2)");
  }

  private static Map<String, Split> splits(Path output) {
    DatasetFiles files = IngestRuns.open(output);
    Map<String, Split> splits = new HashMap<>();
    for (Split split : files.manifest().splits().keySet()) {
      for (Row row : files.split(split).select("id").collectAsList()) {
        assertThat(splits.put(row.getString(0), split)).as("two rows of one content").isNull();
      }
    }
    return splits;
  }

  private static void assertEveryFileHasEveryClass(DatasetFiles files) {
    List<String> train = files.files(Split.TRAIN);
    assertThat(train).hasSize(4);
    for (String file : train) {
      List<Row> rows =
          IngestRuns.spark().read().parquet(file).groupBy("label").count().collectAsList();
      assertThat(rows).hasSize(3).allMatch(row -> row.getLong(1) == 5);
    }
  }

  private static void assertRowsMatchTheirFiles(DatasetFiles files, Path input) throws IOException {
    for (Split split : Split.values()) {
      for (Row row : files.split(split).collectAsList()) {
        Path original = input.resolve(row.<String>getAs(DatasetFiles.ORIGIN));
        assertThat(row.<byte[]>getAs(DatasetFiles.IMAGE)).isEqualTo(Files.readAllBytes(original));
        String name = files.manifest().classes().name(row.<Integer>getAs(DatasetFiles.LABEL));
        assertThat(original.getParent().getFileName()).hasToString(name);
        assertThat(row.<Integer>getAs(DatasetFiles.HEIGHT)).isEqualTo(TinyImages.SIZE);
      }
    }
  }
}
