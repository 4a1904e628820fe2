package org.meanfield.jobs.ml;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.data.DatasetManifest;
import org.meanfield.data.Split;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.error.DataException;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.ingest.TinyImages;
import org.meanfield.jobs.spark.ImageColumn;
import org.meanfield.jobs.storage.DatasetFiles;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.jobs.testing.LocalSpark;
import scala.Option;

/** Fits on images that stay in the user's own Parquet files. */
class InPlaceFitTest {
  private static final int PER_CLASS = 40;
  @TempDir static Path folder;
  private static SparkSession spark;
  private static Dataset<Row> written;
  private static Dataset<Row> parquet;
  private static String place;

  /** A fit that two tests look at. */
  private static Path inPlace;

  private static String inPlaceModel;
  private static long writtenInPlace;
  private static long imageBytes;

  /** Good pictures, two copies of one under another label, and three that are broken. */
  @BeforeAll
  static void start() throws Exception {
    spark = LocalSpark.session();
    Dataset<Row> good = TinyFrames.named(spark, PER_CLASS, 900);
    Dataset<Row> copies =
        good.where("path in ('disc/3', 'disc/4')")
            .withColumn("path", functions.concat(lit("copies/"), col("path")))
            .withColumn("label", lit("square"));
    Dataset<Row> broken =
        good.where("path like 'square/1_'")
            .limit(3)
            .withColumn("path", functions.concat(lit("broken/"), col("path")))
            .withColumn("image", expr("substring(image, 1, 300)"));
    written =
        good.union(copies)
            .union(broken)
            .withColumn("held", expr("path like '%/7'"))
            .withColumn("weight", expr("if(label = 'disc', 3, 1)"))
            .repartition(3)
            .cache();
    place = folder.resolve("my images, 100%").toString();
    written.withColumn("image", functions.struct(col("image").as("bytes"))).write().parquet(place);
    parquet = spark.read().parquet(place);
    imageBytes = written.agg(functions.sum(functions.length(col("image")))).head().getLong(0);
    inPlace = folder.resolve("in-place");
    AtomicLong bytes = new AtomicLong();
    SparkListener meter =
        new SparkListener() {
          @Override
          public void onTaskEnd(SparkListenerTaskEnd end) {
            bytes.addAndGet(end.taskMetrics().outputMetrics().bytesWritten());
          }
        };
    spark.sparkContext().addSparkListener(meter);
    inPlaceModel = classifier(inPlace).fit(parquet).modelId();
    spark.sparkContext().listenerBus().waitUntilEmpty(60_000);
    spark.sparkContext().removeSparkListener(meter);
    writtenInPlace = bytes.get();
  }

  @Test
  void theBitsAreThoseOfTheWrittenImagesAndNoImageIsWritten() throws IOException {
    Path spilled = folder.resolve("spilled");
    String model = classifier(spilled).fit(written).modelId();
    assertThat(inPlaceModel).isEqualTo(model);
    assertThat(writtenInPlace).isBetween(1L, imageBytes * 2 / 3);
    DatasetManifest before = only(spilled).manifest();
    DatasetFiles data = only(inPlace);
    DatasetManifest after = data.manifest();
    assertThat(after.digest()).isEqualTo(before.digest());
    assertThat(after.duplicates()).isEqualTo(before.duplicates());
    assertThat(after.duplicates().conflicting()).isEqualTo(2);
    assertThat(after.rejects()).isEqualTo(before.rejects()).containsEntry("truncated", 3L);
    assertThat(after.splits()).isEqualTo(before.splits());
    assertThat(after.examples(Split.VALIDATION)).isEqualTo(3);
    assertThat(after.pixels()).isEqualTo(before.pixels());
    assertThat(after.sizes()).isEqualTo(before.sizes());
    assertThat(after.weights()).isEqualTo(before.weights()).isPresent();
    assertThat(after.warnings()).isEqualTo(before.warnings());
    assertThat(after.images()).isPresent();
    assertThat(size(Path.of(data.uri().substring(5)))).isLessThan(imageBytes * 2 / 3);

    assertThat(data.split(Split.TRAIN).schema().fieldNames())
        .isEqualTo(DatasetFiles.SCHEMA.fieldNames());
    assertThat(facts(data)).isEqualTo(facts(only(spilled)));
    assertThat(data.split(Split.TRAIN).where("id = sha2(image, 256)").count())
        .isEqualTo(after.examples(Split.TRAIN));
  }

  @Test
  void theSameFitAgainFindsItsModelAndAResumedOneItsBits() throws IOException {
    ImageClassifier classifier = classifier(inPlace);
    String model = classifier.fit(parquet).modelId();
    String manifest = Files.readString(manifest(inPlace));
    Path run = folders(inPlace, "run-").get(0);
    Files.delete(run.resolve("model/training.json"));
    assertThat(classifier.fit(parquet).modelId()).isEqualTo(model);
    assertThat(Files.readString(run.resolve("result.json"))).contains("\"done\"");
    assertThat(classifier.fit(parquet.repartition(5)).modelId()).isEqualTo(model);
    assertThat(Files.readString(run.resolve("result.json"))).contains("nothing-to-do");
    assertThat(Files.readString(manifest(inPlace))).isEqualTo(manifest);
    assertThat(folders(inPlace, "run-")).hasSize(1);
  }

  @Test
  void numbersOfStringIndexerAndAFilterStayInPlace() throws IOException {
    PipelineStage indexer =
        new StringIndexer()
            .setInputCol("label")
            .setOutputCol("number")
            .setStringOrderType("alphabetDesc");
    Path runs = folder.resolve("pipeline");
    ImageClassifier classifier =
        TinyFrames.classifier().setEpochs(1).setLabelCol("number").setRunDir(runs.toString());
    Pipeline pipeline = new Pipeline().setStages(new PipelineStage[] {indexer, classifier});
    String chosen = "path not like 'copies/%' and path not like 'broken/%'";
    PipelineModel model =
        pipeline.fit(parquet.where(chosen).withColumn("image", col("image.bytes")));
    DatasetFiles data = only(runs);
    assertThat(data.manifest().images()).isPresent();
    assertThat(data.manifest().classes().names()).containsExactly("stripes", "square", "disc");
    assertThat(data.manifest().examples()).isEqualTo(3 * PER_CLASS);
    assertThat(((ImageClassificationModel) model.stages()[1]).classNames())
        .isEqualTo(data.manifest().classes().names());
  }

  /** The classes are names of folders, as partitioned tables have them. */
  @Test
  void aFileThatChangedOrIsGoneIsNamed() throws IOException {
    Path images = folder.resolve("changing");
    Dataset<Row> few = written.where("path like '%/2_'").drop("held", "weight").coalesce(1);
    few.write().partitionBy("label").parquet(images.toString());
    Path runs = folder.resolve("changed");
    assertThat(printed(spark.read().parquet(images.toString()), runs, 2))
        .contains("on the images where they lie, in 3 Parquet files;", "train: 1 epochs in");
    DatasetFiles data = only(runs);
    assertThat(data.manifest().classes().names()).isEqualTo(TinyImages.CLASSES);
    assertThat(data.split(Split.TRAIN).where("id = sha2(image, 256)").count())
        .isEqualTo(few.count());

    Path file = only(images.resolve("label=disc"), "part-");
    Path other = folder.resolve("other");
    few.where("label != 'disc'").drop("label").write().parquet(other.toString());
    Files.move(only(other, "part-"), file, StandardCopyOption.REPLACE_EXISTING);
    Files.delete(
        file.resolveSibling("." + file.getFileName() + ".crc")); // only local disks have it
    assertThatThrownBy(() -> only(runs))
        .isInstanceOf(CorruptArtifactException.class)
        .hasMessageContainingAll(file.toString(), "was changed", data.uri());
    assertThatThrownBy(() -> data.split(Split.TRAIN).collectAsList())
        .as("whoever opened it before")
        .hasStackTraceContaining("was altered");

    Files.delete(file);
    assertThatThrownBy(() -> only(runs))
        .isInstanceOf(CorruptArtifactException.class)
        .hasMessageContainingAll(file.toString(), "is missing");
    Throwable met = catchThrowable(() -> data.split(Split.TRAIN).collectAsList());
    assertThat(met).isInstanceOf(Exception.class);
    assertThatThrownBy(() -> data.requireImagesAfter((Exception) met))
        .isInstanceOf(CorruptArtifactException.class)
        .hasMessageContaining(file.toString())
        .hasSuppressedException(met);
  }

  @Test
  void whyImagesHaveToBeWrittenIsTold() {
    assertThat(found(parquet.as("x").where("weight > 1").sort("path").repartition(2)).files())
        .isPresent();
    StringIndexer indexer = new StringIndexer().setInputCol("label").setOutputCol("number");
    for (String invalid : List.of("skip", "keep", "error")) {
      Dataset<Row> indexed =
          indexer.setHandleInvalid(invalid).fit(parquet.limit(9)).transform(parquet);
      assertThat(found(indexed).files()).as(invalid).isPresent();
    }
    Dataset<Row> cached = parquet.select("image", "label").cache();
    assertThat(found(cached).files()).isEqualTo(found(parquet).files()).isPresent();
    cached.unpersist();
    refuses(parquet.join(parquet.select("path"), "path"), "has a Join");
    refuses(parquet.dropDuplicates("path"), "has a Deduplicate");
    refuses(spark.read().parquet(place, place), "a file more than once");
    refuses(spark.read().option("ignoreCorruptFiles", "true").parquet(place), "the option ignore");
    refuses(parquet.sample(0.5), "has a Sample");
    refuses(parquet.where("rand(3) < 0.5"), "may differ every time: rand(3");
    refuses(parquet.withColumn("weight", functions.rand(7)), "may differ every time: rand(7");
    refuses(parquet.withColumn("image", expr("substring(image.bytes, 2)")), "computed: substring");
    refuses(written, "has a Union");
    refuses(parquet.sort("path").as("x"), "behind an alias");
    refuses(TinyFrames.named(spark, 1, 1), "no files of Spark's Parquet source");
    refuses(written.withColumn("image", lit(new byte[3])), "images are computed");
    refuses(
        spark.read().format("binaryFile").load(place).withColumn("image", col("content")),
        "from no Parquet files");
  }

  @Test
  void aJoinIsWrittenOnceAndTheConsoleTellsWhy() throws IOException {
    Dataset<Row> few = parquet.where("path like '%/2_'");
    Path runs = folder.resolve("join");
    assertThat(printed(few.join(parquet.select("path"), "path"), runs, 1000))
        .contains(
            "the images are written once",
            "because its plan has a Join",
            "too few for 1000 workers");
    assertThat(only(runs).manifest().images()).isEmpty();
  }

  private static String printed(Dataset<Row> rows, Path runs, int workers) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    Config training =
        ConfigFactory.parseMap(
            Map.of("model.name", "mlp", "train.workers", workers, "train.epochs", 1));
    try (FitFolder own = FitFolder.open(spark, Option.apply(runs.toString()))) {
      new Fit(
              spark,
              own,
              training,
              ConfigFactory.parseMap(Map.of("ingest.validation-fraction", 0.0)),
              new Console(out, Console.TerminalKind.PLAIN))
          .train(rows, new LabelledRows("image", "label", "", ""));
    } catch (DataException e) {
      out.print(e.getMessage());
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static void refuses(Dataset<Row> rows, String reason) {
    ParquetImages.Found found = found(rows);
    assertThat(found.files()).isEqualTo(Optional.empty());
    assertThat(found.refusal()).contains(reason);
  }

  private static ParquetImages.Found found(Dataset<Row> rows) {
    ImageColumn images =
        ImageColumn.of("image", rows.schema().apply("image").dataType()).orElseThrow();
    return ParquetImages.of(rows, images, storage());
  }

  private static ImageClassifier classifier(Path runs) {
    return TinyFrames.classifier()
        .setEpochs(1)
        .setWeightCol("weight")
        .setValidationIndicatorCol("held")
        .setByName("maxRejectFraction", 0.1)
        .setRunDir(runs.toString());
  }

  private static List<Row> facts(DatasetFiles data) {
    return data.weighted(Split.TRAIN)
        .drop("image", "address")
        .selectExpr("id", "label", "origin", "height", "width", "channels", "weight")
        .sort("id")
        .collectAsList();
  }

  private static DatasetFiles only(Path runs) throws IOException {
    return DatasetFiles.open(spark, storage(), folders(runs, "data-").get(0).toString());
  }

  private static Path manifest(Path runs) throws IOException {
    return folders(runs, "data-").get(0).resolve(DatasetManifest.FILE);
  }

  private static Path only(Path root, String prefix) throws IOException {
    return folders(root, prefix).get(0);
  }

  private static List<Path> folders(Path root, String prefix) throws IOException {
    try (Stream<Path> all = Files.list(root)) {
      return all.filter(path -> path.getFileName().toString().startsWith(prefix)).sorted().toList();
    }
  }

  private static long size(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(Files::isRegularFile).mapToLong(InPlaceFitTest::length).sum();
    }
  }

  private static long length(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Storage storage() {
    return new Storage(spark.sparkContext().hadoopConfiguration());
  }
}
