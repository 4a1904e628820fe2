package org.meanfield.jobs.retrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.typesafe.config.ConfigFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.config.Settings;
import org.meanfield.data.Normalization;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.cli.Meanfield;
import org.meanfield.jobs.ingest.IngestJob;
import org.meanfield.jobs.storage.DatasetFiles;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.jobs.testing.LocalSpark;

/** What data-set versions are made of. */
class MixtureTest {
  @TempDir static Path folder;
  private static SparkSession spark;
  private static Parts parts;

  /**
   * Base: discs and squares 0..29 to train on, 1000..1003 to test. Old: 30..39 of both. New: discs
   * 40..44, a disc of the test split, a square of the base called a disc, and stripes.
   */
  @BeforeAll
  static void deliver() {
    spark = LocalSpark.session();
    for (String label : List.of("disc", "square")) {
      RetrainCommands.draw(folder.resolve("base/train/" + label), label, 0, 30);
      RetrainCommands.draw(folder.resolve("base/test/" + label), label, 1000, 1004);
      RetrainCommands.draw(folder.resolve("old/train/" + label), label, 30, 40);
    }
    RetrainCommands.draw(folder.resolve("new/train/disc"), "disc", 40, 45);
    RetrainCommands.draw(folder.resolve("new/train/disc"), "disc", 1000, 1001);
    RetrainCommands.draw(folder.resolve("new/train/disc"), "square", 3, 4);
    RetrainCommands.draw(folder.resolve("new/test/stripes"), "stripes", 0, 2);
    parts =
        new Parts(
            List.of(ingested(Part.BASE, "base"), ingested("old", "old")),
            List.of(ingested("new", "new")),
            List.of(Part.BASE));
  }

  @Test
  void newImagesAreHeldAgainstWhatIsKnown() {
    NewImages images = NewImages.of(spark, parts);
    assertThat(images.labels())
        .containsExactlyInAnyOrderEntriesOf(Map.of("disc", 6L, "stripes", 2L));
    assertThat(images.relabelled()).isEqualTo(1);
    assertThat(images.testDuplicates()).isEqualTo(1);
    assertThat(images.known())
        .containsExactlyInAnyOrderEntriesOf(Map.of("disc", 40L, "square", 40L));
    assertThat(images.newClasses()).containsExactly("stripes");
    assertThat(images.inputs()).isEqualTo(9);
  }

  @Test
  void pixelsShiftByTheFarthestChannelInDeviationsOfWhatIsKnown() {
    Part base = parts.known().get(0);
    Part old = parts.known().get(1);
    Normalization before = base.manifest().normalization(3).orElseThrow();
    Normalization now = old.manifest().normalization(3).orElseThrow();
    double farthest = 0;
    for (int channel = 0; channel < 3; channel++) {
      double distance = Math.abs(now.mean().get(channel) - before.mean().get(channel));
      farthest = Math.max(farthest, distance / before.deviation().get(channel));
    }
    Parts oldOnBase = new Parts(List.of(base), List.of(old), List.of(Part.BASE));
    double shift = NewImages.of(spark, oldOnBase).pixelShift();
    assertThat(shift).isPositive().isCloseTo(farthest, within(1e-4 * farthest));
  }

  @Test
  void classesKeepTheOrderOfTheFirstVersion() {
    Parts first = new Parts(List.of(), parts.known().subList(0, 1), List.of(Part.BASE));
    assertThat(first.classes()).containsExactly("square", "disc");
    assertThat(parts.classes()).containsExactly("square", "disc", "stripes");
  }

  @Test
  void everythingKeepsTheTestSplitAndTheNewestLabel() {
    assertThat(mixed("all", ""))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "train disc", 46L,
                "train square", 39L,
                "train stripes", 2L,
                "test disc", 4L,
                "test square", 4L));
  }

  @Test
  void aWindowForgetsWhatIsOld() {
    assertThat(mixed("window", "retrain.mix = window, retrain.window = 2"))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "train disc", 16L,
                "train square", 10L,
                "train stripes", 2L,
                "test disc", 4L,
                "test square", 4L));
  }

  @Test
  void replayTakesAShareOfTheOldAndAllOfTheNew() {
    // Eight new ones; 79 old ones, of which each is kept with probability 3 * 8 / 79.
    Map<String, Long> mixed = mixed("replay", "retrain.mix = replay, retrain.replay-ratio = 3");
    long old = mixed.get("train disc") - 6 + mixed.get("train square");
    assertThat(old).isBetween(12L, 36L);
    assertThat(mixed).containsEntry("train stripes", 2L).containsEntry("test disc", 4L);
    assertThat(mixed("replay-again", "retrain.mix = replay, retrain.replay-ratio = 3"))
        .isEqualTo(mixed);
  }

  @Test
  void replayWithoutAnythingNewKeepsAllOfTheOld() {
    Parts base = new Parts(parts.known(), List.of(), List.of(Part.BASE));
    assertThat(mixed(base, "replay-base", "retrain.mix = replay, retrain.replay-ratio = 3"))
        .containsEntry("train disc", 40L)
        .containsEntry("train square", 40L);
  }

  @Test
  void weightsOfAPartStandBesideOnesOfOthers() throws IOException {
    RetrainCommands.draw(folder.resolve("heavy/pictures"), "disc", 60, 63);
    Files.writeString(
        folder.resolve("heavy/list.csv"),
        """
        path,label,split,weight
        pictures/disc-60.png,disc,train,2
        pictures/disc-61.png,disc,train,2
        pictures/disc-62.png,disc,train,8
        """);
    Part heavy = ingested("heavy", "heavy/list.csv", "--set", "ingest.weight-column=weight");
    Parts both = new Parts(List.of(parts.known().get(1)), List.of(heavy), List.of());
    assertThat(parts.areWeighted()).isFalse();
    assertThat(both.areWeighted()).isTrue();
    String rows = folder.resolve("mixed-weights").toString();
    new Mixture(spark, both, settings("")).write(rows);
    List<Float> weights =
        spark.read().parquet(rows).select("weight").collectAsList().stream()
            .map(row -> row.getFloat(0))
            .sorted()
            .toList();
    assertThat(weights).hasSize(23).startsWith(0.5f, 0.5f, 1f).endsWith(1f, 2f);
  }

  private static Settings settings(String conf) {
    return Settings.resolve(
        RetrainSettings.declared(),
        ConfigFactory.parseString("{retrain.input = i, retrain.output = o, " + conf + "}"));
  }

  private static Map<String, Long> mixed(String name, String conf) {
    return mixed(parts, name, conf);
  }

  private static Map<String, Long> mixed(Parts of, String name, String conf) {
    String rows = folder.resolve("mixed-" + name).toString();
    new Mixture(spark, of, settings(conf)).write(rows);
    assertThat(spark.read().parquet(rows).columns()).containsExactly("image", "label", "split");
    Map<String, Long> counts = new TreeMap<>();
    for (Row row : spark.read().parquet(rows).groupBy("split", "label").count().collectAsList()) {
      counts.put(row.getString(0) + " " + row.getString(1), row.getLong(2));
    }
    return counts;
  }

  private static Part ingested(String name, String source, String... more) {
    PrintStream out = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    String data = folder.resolve("data-" + name).toString();
    List<String> args =
        new ArrayList<>(
            List.of(
                "ingest",
                "--input",
                folder.resolve(source).toString(),
                "--output",
                data,
                "--set",
                "ingest.validation-fraction=0",
                "--set",
                "ingest.class-names=" + (name.equals(Part.BASE) ? "square,disc" : "")));
    args.addAll(List.of(more));
    int code =
        new Meanfield(
                List.of(new IngestJob()), out, out, new Console(out, Console.TerminalKind.PLAIN))
            .run(spark, args.toArray(new String[0]));
    assertThat(code).isZero();
    Storage storage = new Storage(spark.sparkContext().hadoopConfiguration());
    return new Part(name, DatasetFiles.open(spark, storage, data));
  }
}
