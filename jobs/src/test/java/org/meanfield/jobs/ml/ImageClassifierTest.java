package org.meanfield.jobs.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.config.Setting;
import org.meanfield.error.DataException;
import org.meanfield.error.SettingsException;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.cli.Meanfield;
import org.meanfield.jobs.ingest.TinyDatasets;
import org.meanfield.jobs.ingest.TinyImages;
import org.meanfield.jobs.testing.LocalSpark;
import org.meanfield.jobs.train.TrainJob;

/** Fitting: parameters, forms of images and labels, and runs that go on. */
class ImageClassifierTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  @TempDir static Path folder;
  private static SparkSession spark;
  private static Dataset<Row> images;

  @BeforeAll
  static void start() {
    spark = LocalSpark.session();
    images = TinyFrames.named(spark, 8, 100).cache();
  }

  @Test
  void everySettingOfTrainingIsAParameterWithItsMeaningLimitsAndDefault() {
    ImageClassifier classifier = new ImageClassifier();
    for (Setting<?> setting : DeclaredSettings.TRAINING) {
      Param<Object> param = classifier.getParam(DeclaredSettings.parameterOf(setting));
      assertThat(param.doc()).contains(setting.doc()).contains(setting.key());
      assertThat(classifier.hasDefault(param))
          .as(setting.key())
          .isEqualTo(SettingValues.fallback(setting).isPresent());
      if (classifier.hasDefault(param)) {
        Object fallback = classifier.getDefault(param).get();
        assertThat(setting.accepts(SettingValues.forConfiguration(fallback))).isTrue();
      }
    }
    assertThat(DeclaredSettings.TRAINING).hasSize(new TrainJob().settings().size() - 3);
    assertThat(classifier.explainParams())
        .contains("averagingPeriod: Local iterations k between two merges", "default: 16");
    assertThat(classifier.params()).isSortedAccordingTo((a, b) -> a.name().compareTo(b.name()));
  }

  @Test
  void valuesOutsideTheLimitsAreRefusedWhenTheyAreSet() {
    ImageClassifier classifier = new ImageClassifier();
    assertThatThrownBy(() -> classifier.setEpochs(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> classifier.setEngine("abacus"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> classifier.setByName("stepAt", new double[] {0.9, 0.1}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> classifier.setByName("handleInvalid", "ignore"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(
            classifier
                .setByName("stepAt", new double[] {0.1, 0.9})
                .isSet(classifier.getParam("stepAt")))
        .isTrue();
  }

  @Test
  void aCopyKeepsUidAndValuesAndGoesItsOwnWay() {
    ImageClassifier classifier = new ImageClassifier().setEpochs(7).setRunDir("here");
    ImageClassifier copy =
        classifier.copy(new ParamMap().put(classifier.integerParam("workers").w(3)));
    copy.setEpochs(9);
    assertThat(copy.uid()).isEqualTo(classifier.uid());
    assertThat(copy.getOrDefault(copy.getParam("workers"))).isEqualTo(3);
    assertThat(copy.getOrDefault(copy.getParam("runDir"))).isEqualTo("here");
    assertThat(classifier.getOrDefault(classifier.getParam("epochs"))).isEqualTo(7);
    assertThat(classifier.isSet(classifier.getParam("workers"))).isFalse();
    assertThatThrownBy(() -> classifier.decimalParam("workers"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aSchemaThatDoesNotFitIsRefusedByName() {
    ImageClassifier classifier = new ImageClassifier();
    assertThat(classifier.transformSchema(TinyFrames.SCHEMA).fieldNames())
        .containsExactly(
            "path",
            "label",
            "image",
            "prediction",
            "probability",
            "rawPrediction",
            "predictedLabel",
            "topK",
            "reason");
    refuses(images.drop("image"), "There is no column 'image'");
    refuses(images.withColumn("image", functions.lit(1)), "'image' is int");
    refuses(images.withColumn("label", functions.current_date()), "'label' is date");
    refuses(images.withColumn("prediction", functions.lit(1)), "prediction already exists");
  }

  private static void refuses(Dataset<Row> rows, String message) {
    assertThatThrownBy(() -> new ImageClassifier().fit(rows))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aDataSetIsTrainedOnInPlaceWithTheBitsOfTheCommand() throws IOException {
    String data = TinyDatasets.create(spark, folder.resolve("set"));
    Path run = folder.resolve("command");
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    int code =
        new Meanfield(
                List.of(new TrainJob()), out, out, new Console(out, Console.TerminalKind.PLAIN))
            .run(
                spark,
                "train",
                "--data",
                data,
                "--output",
                run.toString(),
                "--model",
                "mlp",
                "--workers",
                "2",
                "--batch-size",
                "4",
                "--epochs",
                "2",
                "--set",
                "train.averaging-period=4");
    assertThat(code).isZero();
    Path fits = folder.resolve("in-place");
    ImageClassifier classifier = TinyFrames.classifier().setRunDir(fits.toString());
    classifier.clear(classifier.getParam("validationFraction"));
    ImageClassificationModel model = classifier.fit(spark.read().parquet(data + "/split=train"));
    assertThat(model.modelId()).isEqualTo(json(run.resolve("result.json"), "stateSha256"));
    assertThat(model.classNames()).isEqualTo(TinyImages.CLASSES);
    assertThat(folders(fits, "data-")).isEmpty();
    assertThat(folders(fits, "run-")).hasSize(1);
  }

  @Test
  void theSameFitAgainTrainsNothingAndAnotherSharesTheImages() throws IOException {
    Path fits = folder.resolve("again");
    ImageClassifier classifier = TinyFrames.classifier().setRunDir(fits.toString());
    ImageClassificationModel first = classifier.fit(images);
    assertThat(first.classNames()).isEqualTo(TinyImages.CLASSES);
    Path run = folders(fits, "run-").get(0);
    assertThat(json(run.resolve("result.json"), "status")).isEqualTo("done");
    ImageClassificationModel again = classifier.fit(images.repartition(3));
    assertThat(again.modelId()).isEqualTo(first.modelId());
    assertThat(json(run.resolve("result.json"), "status")).isEqualTo("nothing-to-do");

    interrupt(run);
    ImageClassificationModel resumed = classifier.fit(images);
    assertThat(resumed.modelId()).isEqualTo(first.modelId());
    assertThat(json(run.resolve("result.json"), "status")).isEqualTo("done");

    ImageClassificationModel other = classifier.setLearningRate(0.05).fit(images);
    assertThat(other.modelId()).isNotEqualTo(first.modelId());
    assertThat(folders(fits, "run-")).hasSize(2);
    assertThat(folders(fits, "data-")).hasSize(1);
  }

  /** As if it had been killed after its last checkpoint. */
  private static void interrupt(Path run) throws IOException {
    for (String file : List.of("model/training.json", "model/state.bin", "model/network.json")) {
      Files.delete(run.resolve(file));
    }
  }

  @Test
  void numbersOfStringIndexerKeepTheirNames() {
    PipelineStage indexer =
        new StringIndexer()
            .setInputCol("label")
            .setOutputCol("number")
            .setStringOrderType("alphabetDesc");
    Pipeline pipeline =
        new Pipeline()
            .setStages(
                new PipelineStage[] {indexer, TinyFrames.classifier().setLabelCol("number")});
    PipelineModel model = pipeline.fit(images);
    assertThat(((ImageClassificationModel) model.stages()[1]).classNames())
        .containsExactly("stripes", "square", "disc");
  }

  @Test
  void plainNumbersAreClassesFromZeroOn() {
    Dataset<Row> numbered =
        images.withColumn("label", functions.expr("if(label = 'disc', 1, 3)").cast("decimal(3,1)"));
    assertThat(TinyFrames.classifier().setEpochs(1).fit(numbered).classNames())
        .containsExactly("0", "1", "2", "3");
    ImageClassifier classifier = TinyFrames.classifier();
    assertThatThrownBy(() -> classifier.fit(images.withColumn("label", functions.lit(0.5))))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no whole numbers");
    assertThatThrownBy(() -> classifier.fit(images.limit(0)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no rows");
    ImageClassifier named =
        TinyFrames.classifier().setByName("classNames", new String[] {"a", "b", "c", "d"});
    assertThatThrownBy(() -> named.fit(numbered)).isInstanceOf(SettingsException.class);
  }

  @Test
  void filesAndSparkImagesGiveTheSameDataSetAndMarkedRowsAreValidatedOn() throws IOException {
    Path files = TinyFrames.folders(folder.resolve("files"), 5, 300);
    String label = "element_at(split(%s, '/'), -2)";
    Path fits = folder.resolve("forms");
    ImageClassifier classifier =
        TinyFrames.classifier()
            .setEpochs(1)
            .setRunDir(fits.toString())
            .setValidationIndicatorCol("held");
    Dataset<Row> binary =
        spark
            .read()
            .format("binaryFile")
            .option("recursiveFileLookup", "true")
            .load(files.toString())
            .withColumn("label", functions.expr(label.formatted("path")))
            .withColumn("held", functions.expr("path like '%/4.png'"));
    ImageClassificationModel first = classifier.setImageCol("content").fit(binary);
    Dataset<Row> decoded =
        spark
            .read()
            .format("image")
            .option("recursiveFileLookup", "true")
            .load(files.toString())
            .withColumn("label", functions.expr(label.formatted("image.origin")))
            .withColumn("held", functions.expr("image.origin like '%/4.png'"));
    ImageClassificationModel second = classifier.setImageCol("image").fit(decoded);
    assertThat(second.modelId()).isEqualTo(first.modelId());
    List<Path> data = folders(fits, "data-");
    assertThat(data).hasSize(2);
    for (Path set : data) {
      JsonNode splits = JSON.readTree(set.resolve("dataset.json").toFile()).get("splits");
      assertThat(splits.get("train").get("examples").asInt()).isEqualTo(12);
      assertThat(splits.get("validation").get("examples").asInt()).isEqualTo(3);
    }
  }

  private static List<Path> folders(Path root, String prefix) throws IOException {
    if (!Files.exists(root)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(root)) {
      return new ArrayList<>(
          all.filter(path -> path.getFileName().toString().startsWith(prefix)).sorted().toList());
    }
  }

  private static String json(Path file, String field) throws IOException {
    return JSON.readTree(file.toFile()).get(field).asText();
  }
}
