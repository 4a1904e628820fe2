package org.meanfield.jobs.ml;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.tuning.CrossValidatorModel;
import org.apache.spark.ml.tuning.ParamGridBuilder;
import org.apache.spark.ml.tuning.TrainValidationSplit;
import org.apache.spark.ml.tuning.TrainValidationSplitModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.cli.Meanfield;
import org.meanfield.jobs.ingest.IngestJob;
import org.meanfield.jobs.testing.LocalSpark;

/** Spark's own searches over settings of the training, on images of Fashion-MNIST. */
class SearchTest {
  private static final Path SAMPLE = Path.of("src/test/resources/fashion-mnist-sample");
  @TempDir static Path folder;
  private static Dataset<Row> images;

  @BeforeAll
  static void ingest() {
    SparkSession spark = LocalSpark.session();
    Path data = folder.resolve("fashion-mnist");
    PrintStream out = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    int code =
        new Meanfield(
                List.of(new IngestJob()), out, out, new Console(out, Console.TerminalKind.PLAIN))
            .run(
                spark,
                "ingest",
                "--input",
                SAMPLE.toString(),
                "--output",
                data.toString(),
                "--set",
                "ingest.validation-fraction=0");
    assertThat(code).isZero();
    images =
        spark
            .read()
            .parquet(data.resolve("split=train").toString())
            .select(functions.col("image"), functions.col("label").cast("double"))
            .cache();
    assertThat(images.count()).isEqualTo(400);
  }

  @Test
  void crossValidationFindsTheBetterLearningRateInAPipelineAndGoesOnWhereItWas()
      throws IOException {
    Path fits = folder.resolve("cross-validation");
    ImageClassifier classifier = classifier(fits).setLabelCol("number");
    StringIndexer indexer =
        new StringIndexer()
            .setInputCol("name")
            .setOutputCol("number")
            .setStringOrderType("alphabetAsc");
    Dataset<Row> named =
        images.select(
            functions.col("image"),
            functions
                .concat(functions.lit("class "), functions.col("label").cast("int"))
                .as("name"));
    ParamMap[] rates =
        new ParamGridBuilder()
            .addGrid(classifier.decimalParam("learningRate"), new double[] {1e-6, 0.01})
            .build();
    CrossValidator search =
        new CrossValidator()
            .setEstimator(new Pipeline().setStages(new PipelineStage[] {indexer, classifier}))
            .setEstimatorParamMaps(rates)
            .setEvaluator(accuracy("number"))
            .setNumFolds(2)
            .setSeed(1);
    CrossValidatorModel found = search.fit(named);
    assertThat(found.avgMetrics()[1]).isGreaterThan(found.avgMetrics()[0] + 0.2);
    ImageClassificationModel best =
        (ImageClassificationModel) ((PipelineModel) found.bestModel()).stages()[1];
    assertThat(best.classNames()).startsWith("class 0", "class 1").hasSize(10);
    assertThat(accuracy("number").evaluate(found.transform(named))).isGreaterThan(0.6);
    assertThat(count(fits, "data-")).as("two folds and the whole").isEqualTo(3);
    assertThat(count(fits, "run-")).as("two rates a fold, one for the whole").isEqualTo(5);
    assertThat(search.fit(named).avgMetrics()).isEqualTo(found.avgMetrics());
    assertThat(count(fits, "run-")).isEqualTo(5);
  }

  @Test
  void aSplitSearchesOverLearningRateAndAveragingPeriod() throws IOException {
    Path fits = folder.resolve("split");
    ImageClassifier classifier = classifier(fits);
    ParamMap[] grid =
        new ParamGridBuilder()
            .addGrid(classifier.decimalParam("learningRate"), new double[] {1e-6, 0.01})
            .addGrid(classifier.integerParam("averagingPeriod"), new int[] {1, 8})
            .build();
    TrainValidationSplitModel found =
        new TrainValidationSplit()
            .setEstimator(classifier)
            .setEstimatorParamMaps(grid)
            .setEvaluator(accuracy("label"))
            .setTrainRatio(0.75)
            .setParallelism(2)
            .setSeed(1)
            .fit(images);
    assertThat(count(fits, "data-")).as("three quarters and the whole").isEqualTo(2);
    assertThat(count(fits, "run-")).isEqualTo(5);
    for (int i = 0; i < grid.length; i++) {
      double rate =
          grid[i].get(classifier.decimalParam("learningRate")).get() instanceof Double d ? d : 0;
      if (rate > 1e-3) {
        assertThat(found.validationMetrics()[i]).isGreaterThan(0.5);
      } else {
        assertThat(found.validationMetrics()[i]).isLessThan(0.5);
      }
    }
  }

  private static ImageClassifier classifier(Path fits) {
    return new ImageClassifier()
        .setRunDir(fits.toString())
        .setModel("mlp")
        .setWorkers(2)
        .setBatchSize(8)
        .setEpochs(3)
        .setAveragingPeriod(4)
        .setByName("validationFraction", 0.0);
  }

  private static MulticlassClassificationEvaluator accuracy(String label) {
    return new MulticlassClassificationEvaluator().setLabelCol(label).setMetricName("accuracy");
  }

  private static long count(Path root, String prefix) throws IOException {
    try (Stream<Path> all = Files.list(root)) {
      return all.filter(path -> path.getFileName().toString().startsWith(prefix)).count();
    }
  }
}
