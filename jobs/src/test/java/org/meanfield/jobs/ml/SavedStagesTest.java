package org.meanfield.jobs.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.jobs.ingest.TinyImages;
import org.meanfield.jobs.storage.ModelFiles;
import org.meanfield.jobs.storage.ShippedModel;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.jobs.testing.LinearClassifier;
import org.meanfield.jobs.testing.LocalSpark;

/** What is written and read again: here, in another JVM, and from an earlier release. */
class SavedStagesTest {
  @TempDir static Path folder;
  private static SparkSession spark;
  private static Dataset<Row> images;
  private static PipelineModel fitted;

  @BeforeAll
  static void fit() {
    spark = LocalSpark.session();
    images = TinyFrames.named(spark, 6, 900).cache();
    StringIndexer indexer = new StringIndexer().setInputCol("label").setOutputCol("number");
    ImageClassifier classifier = TinyFrames.classifier().setLabelCol("number");
    fitted = new Pipeline().setStages(new PipelineStage[] {indexer, classifier}).fit(images);
  }

  @Test
  void anEstimatorKeepsItsParametersAlsoInsideASearch() throws IOException {
    ImageClassifier classifier =
        TinyFrames.classifier()
            .setByName("stepAt", new double[] {0.25, 0.5})
            .setByName("classNames", new String[] {"a, b", "c"})
            .setByName("recordExamples", true)
            .setLearningRate(0.125)
            .setSeed(1L << 40);
    String path = folder.resolve("estimator").toString();
    classifier.write().overwrite().save(path);
    same(classifier, ImageClassifier.load(path));
    CrossValidator search =
        new CrossValidator()
            .setEstimator(classifier)
            .setEvaluator(new MulticlassClassificationEvaluator())
            .setEstimatorParamMaps(
                new ParamMap[] {
                  new ParamMap().put(classifier.decimalParam("learningRate").w(0.5))
                });
    search.save(folder.resolve("search").toString());
    CrossValidator loaded = CrossValidator.load(folder.resolve("search").toString());
    same(classifier, (ImageClassifier) loaded.getEstimator());
    assertThat(loaded.getEstimatorParamMaps()[0].toString()).contains("learningRate: 0.5");
    assertThatThrownBy(() -> classifier.save(path)).isInstanceOf(IOException.class);
  }

  private static void same(Params expected, Params found) {
    assertThat(found.uid()).isEqualTo(expected.uid());
    for (Param<?> param : expected.params()) {
      assertThat(found.isSet(found.getParam(param.name()))).isEqualTo(expected.isSet(param));
      if (expected.isDefined(param)) {
        assertThat(found.getOrDefault(found.getParam(param.name())))
            .as(param.name())
            .isEqualTo(expected.getOrDefault(expected.getParam(param.name())));
      }
    }
  }

  @Test
  void aModelIsTheSameAfterwardsAndAModelForTheCommandsToo() throws IOException {
    ImageClassificationModel model =
        ((ImageClassificationModel) fitted.stages()[1]).copy(ParamMap.empty()).setTopK(2);
    String path = folder.resolve("model").toString();
    model.save(path);
    ImageClassificationModel loaded = ImageClassificationModel.load(path);
    same(model, loaded);
    assertThat(loaded.modelId()).isEqualTo(model.modelId());
    Storage storage = new Storage(spark.sparkContext().hadoopConfiguration());
    assertThat(ModelFiles.trained(storage, path).modelId()).isEqualTo(model.modelId());
    byte[] state = Files.readAllBytes(Path.of(path, "model", "state.bin"));
    state[state.length / 2] ^= 1;
    Path damaged = folder.resolve("damaged");
    model.save(damaged.toString());
    Files.write(damaged.resolve("model/state.bin"), state);
    assertThatThrownBy(() -> ImageClassificationModel.load(damaged.toString()))
        .isInstanceOf(CorruptArtifactException.class);
  }

  @Test
  void aPipelineScoresTheSameInAnotherJvm() throws IOException, InterruptedException {
    Path model = folder.resolve("pipeline");
    fitted.save(model.toString());
    Path rows = folder.resolve("rows");
    images.write().parquet(rows.toString());
    Path scored = folder.resolve("scored");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + Path.of("..", "conf", "java17.args").toAbsolutePath(),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                SavedPipelineScores.class.getName()));
    command.addAll(List.of(model.toString(), rows.toString(), scored.toString()));
    Path log = folder.resolve("other-jvm.log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(process.waitFor()).as(() -> read(log)).isZero();
    List<Row> there = scores(spark.read().parquet(scored.toString()));
    List<Row> here = scores(fitted.transform(images));
    assertThat(there).hasSameSizeAs(here);
    for (int i = 0; i < here.size(); i++) {
      for (String column : List.of("path", "number", "prediction", "predictedLabel")) {
        assertThat(there.get(i).<Object>getAs(column)).isEqualTo(here.get(i).getAs(column));
      }
      // Other minibatches may be summed in another order.
      assertThat(there.get(i).<Vector>getAs("probability").toArray())
          .containsExactly(here.get(i).<Vector>getAs("probability").toArray(), within(1e-5));
    }
  }

  private static String read(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Row> scores(Dataset<Row> rows) {
    return rows.orderBy("path")
        .select("path", "number", "prediction", "probability", "predictedLabel")
        .collectAsList();
  }

  /** Written once, by {@code -Dmeanfield.fixture.write=true}; never again for this release. */
  @Test
  void aModelOfTheFirstReleaseStillLoads() throws IOException {
    Path saved = Path.of("src/test/resources/saved-model-0.1.0");
    Path expected = saved.resolveSibling("saved-model-0.1.0-probabilities.txt");
    if (Boolean.getBoolean("meanfield.fixture.write")) {
      new ImageClassificationModel(
              "imageClassificationModel_fixture",
              ShippedModel.ofTrained(
                  "fixture", new LinearClassifier(4, TinyImages.CLASSES, 17).trained()))
          .setTopK(2)
          .write()
          .overwrite()
          .save(saved.toString());
      Files.writeString(expected, probabilities(ImageClassificationModel.load(saved.toString())));
    }
    ImageClassificationModel model = ImageClassificationModel.load(saved.toString());
    assertThat(model.classNames()).isEqualTo(TinyImages.CLASSES);
    assertThat(model.uid()).isEqualTo("imageClassificationModel_fixture");
    assertThat(model.getOrDefault(model.getParam("topK"))).isEqualTo(2);
    assertThat(probabilities(model)).isEqualTo(Files.readString(expected));
  }

  /** Of one picture, to four digits. */
  private static String probabilities(ImageClassificationModel model) {
    Row row = model.transform(TinyFrames.named(spark, 1, 4242).where("label = 'square'")).first();
    StringBuilder text = new StringBuilder();
    for (double value : row.<Vector>getAs("probability").toArray()) {
      text.append(String.format(Locale.ROOT, "%.4f%n", value));
    }
    return text.toString();
  }
}
