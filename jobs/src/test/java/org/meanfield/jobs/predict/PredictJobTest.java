package org.meanfield.jobs.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.config.Settings;
import org.meanfield.engine.Scorer;
import org.meanfield.error.ConflictException;
import org.meanfield.error.DataException;
import org.meanfield.error.SettingsException;
import org.meanfield.image.ImagePreparation;
import org.meanfield.image.PixelImage;
import org.meanfield.image.PngEncoder;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.jobs.cli.JobResult;
import org.meanfield.jobs.ingest.TinyDatasets;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.jobs.testing.LinearClassifier;
import org.meanfield.jobs.testing.LocalSpark;
import org.meanfield.model.FloatVector;

/** Predictions of good and broken images, repeated and conflicting runs. */
class PredictJobTest {
  private static final List<String> CLASSES = List.of("ant", "bee", "cat", "dog", "elk", "fox");
  private static SparkSession spark;
  private static Storage storage;
  @TempDir private Path folder;
  private Path images;

  @BeforeAll
  static void start() {
    spark = LocalSpark.session();
    storage = new Storage(spark.sparkContext().hadoopConfiguration());
  }

  @BeforeEach
  void writeImages() throws IOException {
    images = Files.createDirectories(folder.resolve("images/nested/split=train"));
    Random random = new Random(1);
    for (int i = 0; i < 20; i++) {
      byte[] pixels = new byte[(8 + i % 3) * 9 * 3];
      random.nextBytes(pixels);
      byte[] png = PngEncoder.encode(new PixelImage(8 + i % 3, 9, 3, pixels));
      Path target = i % 2 == 0 ? images : folder.resolve("images");
      Files.write(target.resolve("image " + i + ".png"), png);
    }
    byte[] png = Files.readAllBytes(images.resolve("image 0.png"));
    Files.write(images.resolve("cut.png"), Arrays.copyOf(png, png.length / 2));
    Files.write(images.resolve("empty.jpg"), new byte[0]);
    Files.writeString(images.resolve("text.jpg"), "404 not found, and no image either");
    png[60] ^= 1;
    Files.write(images.resolve("flipped.png"), png);
  }

  @Test
  void everyFileBecomesARowAndBadOnesCarryTheirReason() throws IOException {
    JobResult result = run(1, "images", "out");
    assertThat(result.status()).isEqualTo(JobResult.Status.DONE);
    assertThat(result.figures()).containsEntry("examples", 24L).containsEntry("rejected", 4L);
    assertThat(result.figures().get("rejects"))
        .isEqualTo(Map.of("truncated", 1L, "empty", 1L, "not-an-image", 1L, "checksum", 1L));
    List<Row> rows = predictions("out");
    assertThat(rows).hasSize(24);
    try (Scorer scorer = model(1).open(1)) {
      for (Row row : rows) {
        check(row, scorer);
      }
    }
    try (var left = Files.list(folder.resolve("out"))) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .filteredOn(name -> !name.startsWith("."))
          .containsExactlyInAnyOrder("predictions", "predict.json");
    }
  }

  private static void check(Row row, Scorer scorer) throws IOException {
    byte[] encoded =
        Files.readAllBytes(
            Path.of(java.net.URI.create(row.getAs("path").toString().replace(" ", "%20"))));
    assertThat(row.<String>getAs("id")).hasSize(64);
    if (row.getAs("error") != null) {
      assertThat(row.<Object>getAs("label")).isNull();
      assertThat(row.<Object>getAs("top5")).isNull();
      return;
    }
    FloatVector expected =
        scorer.score(List.of(ImagePreparation.prepare(encoded, scorer.imageSpec()))).get(0);
    int label = CLASSES.indexOf(row.<String>getAs("label"));
    assertThat(row.<Float>getAs("probability")).isCloseTo(expected.get(label), within());
    List<Row> top = row.getList(row.fieldIndex("top5"));
    assertThat(top).hasSize(5);
    assertThat(top.get(0).getString(0)).isEqualTo(row.<String>getAs("label"));
    for (int i = 1; i < 5; i++) {
      assertThat(top.get(i).getFloat(1)).isLessThanOrEqualTo(top.get(i - 1).getFloat(1));
    }
  }

  private static org.assertj.core.data.Offset<Float> within() {
    return org.assertj.core.api.Assertions.within(1e-6f);
  }

  @Test
  void theSameAgainIsNothingToDoAndAnythingElseAConflict() throws IOException {
    run(1, "images", "out");
    assertThat(run(1, "images", "out").status()).isEqualTo(JobResult.Status.NOTHING_TO_DO);
    assertThatThrownBy(() -> run(2, "images", "out"))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("model was");
    assertThatThrownBy(() -> run(1, "images/nested", "out")).isInstanceOf(ConflictException.class);
    Files.delete(images.resolve("empty.jpg"));
    assertThatThrownBy(() -> run(1, "images", "out"))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("input was");
  }

  @Test
  void aStoppedJobIsSimplyRunAgain() throws IOException {
    run(1, "images", "out");
    Files.delete(folder.resolve("out/predict.json"));
    Files.createDirectories(folder.resolve("out/predictions-unfinished/rubbish"));
    assertThat(run(1, "images", "out").status()).isEqualTo(JobResult.Status.DONE);
    assertThat(predictions("out")).hasSize(24);
  }

  @Test
  void somebodyElsesPredictionsAreLeftAlone() throws IOException {
    Path foreign = Files.createDirectories(folder.resolve("out/predictions"));
    Files.writeString(foreign.resolve("mine.parquet"), "someone's own");
    assertThatThrownBy(() -> run(1, "images", "out"))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("not what 'predict' leaves");
    assertThat(foreign.resolve("mine.parquet")).exists();
    assertThat(folder.resolve("out").toFile().list()).containsExactly("predictions");
  }

  @Test
  void anOutputAmongTheImagesIsRefused() {
    assertThatThrownBy(() -> run(1, "images", "images/out"))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("lies in the input");
    assertThat(images.resolve("out")).doesNotExist();
  }

  @Test
  void aNameThatLooksLikeAPatternIsAName() throws IOException {
    Path odd = Files.createDirectories(folder.resolve("my [1]{a}"));
    Files.copy(folder.resolve("images/image 1.png"), odd.resolve("image 1.png"));
    run(1, "my [1]{a}", "of [x]");
    assertThat(folder.resolve("of [x]/predict.json")).isRegularFile();
    Files.copy(folder.resolve("images/image 1.png"), odd.resolve("12:30.png"));
    assertThatThrownBy(() -> run(1, "my [1]{a}", "colon"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("12:30.png; rename it");
  }

  @Test
  void singleFilesAndGlobs() {
    run(1, "images/image 1.png", "single");
    assertThat(predictions("single")).hasSize(1);
    run(1, "images/*.png", "glob");
    assertThat(predictions("glob")).hasSize(10);
    assertThatThrownBy(() -> run(1, "nowhere/*.png", "nothing")).isInstanceOf(DataException.class);
    assertThatThrownBy(() -> run(1, "missing", "nothing"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("missing");
  }

  @Test
  void dataSetsKeepTheirIdsAndHaveSplits() {
    TinyDatasets.create(spark, folder.resolve("set"));
    run(1, "set", "all");
    assertThat(predictions("all")).hasSize(60);
    JobResult test = run(1, "set", "test", "predict.split=test");
    assertThat(test.figures()).containsEntry("examples", 12L).containsEntry("rejected", 0L);
    assertThat(predictions("test")).allMatch(row -> row.<String>getAs("id").length() == 64);
    assertThatThrownBy(() -> run(1, "images", "split", "predict.split=test"))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("no data set");
  }

  private static LinearClassifier model(long seed) {
    return new LinearClassifier(8, CLASSES, seed);
  }

  private List<Row> predictions(String output) {
    return spark.read().parquet(folder.resolve(output + "/predictions").toString()).collectAsList();
  }

  private JobResult run(long seed, String input, String output, String... more) {
    PredictJob job = new PredictJob();
    StringBuilder text = new StringBuilder();
    Path model = folder.resolve("run" + seed);
    model(seed).write(model);
    text.append("predict.model=\"").append(model).append("\"\npredict.batch-size=7\n");
    text.append("predict.input=\"").append(folder.resolve(input)).append("\"\n");
    text.append("predict.output=\"").append(folder.resolve(output)).append("\"\n");
    text.append(String.join("\n", more));
    Settings settings =
        Settings.resolve(job.settings(), ConfigFactory.parseString(text.toString()));
    Console console =
        new Console(
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            Console.TerminalKind.PLAIN);
    return job.run(new JobContext(spark, storage, settings, console));
  }
}
