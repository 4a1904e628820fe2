package org.meanfield.jobs.ml;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.param.Param;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.StreamingQueryException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.jobs.testing.LocalSpark;

/** docs/spark-ml.md says what compiles and runs. */
class SparkMlPageTest {
  private static final Path PAGE = Path.of("..", "docs", "spark-ml.md");
  private static final Path EXAMPLES =
      Path.of("src/test/java/org/meanfield/jobs/ml/SparkMlExamples.java");
  private static final Path PYTHON = Path.of("src/test/python/spark_ml_page.py");
  private static final Pattern CODE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern SCALA = Pattern.compile("```scala\n(.*?)```", Pattern.DOTALL);

  /** What a shell has, and the imports. */
  private static final String SCALA_PROGRAM =
      """
      import org.apache.spark.ml.{Pipeline, PipelineModel}
      import org.apache.spark.ml.feature.StringIndexer
      import org.apache.spark.sql.{DataFrame, SparkSession}
      import org.apache.spark.sql.functions.expr
      import org.meanfield.jobs.ml.ImageClassifier

      class Page(spark: SparkSession, folder: String, runs: String, saved: String) {
      %s
        val result: DataFrame = scored
      }
      """;

  @TempDir static Path folder;

  @Test
  void everyExampleOfThePageIsCompiledHereAndEveryParameterItNamesIsThere() throws IOException {
    String page = Files.readString(PAGE);
    List<String> blocks =
        CODE.matcher(page).results().map(found -> squeezed(found.group(1))).toList();
    assertThat(blocks).hasSize(6);
    String source = squeezed(Files.readString(EXAMPLES));
    for (String block : blocks) {
      assertThat(source).contains(block);
    }
    assertThat(page).contains("```python\n" + Files.readString(PYTHON) + "```");
    List<String> params = Arrays.stream(new ImageClassifier().params()).map(Param::name).toList();
    List<String> named =
        Pattern.compile("(?m)^\\| `([a-z]\\w+)`")
            .matcher(page)
            .results()
            .map((MatchResult row) -> row.group(1))
            .toList();
    assertThat(named).hasSizeGreaterThan(10).isSubsetOf(params);
  }

  @Test
  void theScalaOfThePageCompiles() throws IOException {
    List<String> blocks =
        SCALA.matcher(Files.readString(PAGE)).results().map(found -> found.group(1)).toList();
    assertThat(blocks).hasSize(1);
    String program = SCALA_PROGRAM.formatted(blocks.get(0));
    assertThat(ScalaSource.problems(program, folder)).isEmpty();
    assertThat(ScalaSource.problems(program.replace(".setRunDir(", ".setNoSuchThing("), folder))
        .contains("setNoSuchThing is not a member of org.meanfield.jobs.ml.ImageClassifier");
  }

  private static String squeezed(String code) {
    return code.replaceAll("\\s+", "");
  }

  @Test
  void theExamplesRun() throws IOException, TimeoutException, StreamingQueryException {
    SparkSession spark = LocalSpark.session();
    String files = TinyFrames.folders(folder.resolve("images"), 40, 60).toString();
    String runs = folder.resolve("runs").toString();
    String saved = folder.resolve("saved").toString();
    Dataset<Row> images = SparkMlExamples.images(spark, files).cache();
    PipelineModel model = SparkMlExamples.fit(images, runs, saved);
    assertThat(SparkMlExamples.score(saved, images)).isGreaterThan(0.5);

    Dataset<Row> indexed =
        new StringIndexer()
            .setInputCol("class")
            .setOutputCol("label")
            .fit(images)
            .transform(images);
    assertThat(SparkMlExamples.search(indexed, runs).numClasses()).isEqualTo(3);

    String backbone = folder.resolve("backbone").toString();
    ((ImageClassificationModel) model.stages()[1]).save(backbone);
    Dataset<Row> transferred = SparkMlExamples.transfer(spark, images, backbone).transform(images);
    assertThat(
            new MulticlassClassificationEvaluator().setMetricName("accuracy").evaluate(transferred))
        .isGreaterThan(0.8);

    String output = folder.resolve("scored").toString();
    StreamingQuery query = SparkMlExamples.stream(spark, files + "/disc", backbone, output);
    query.processAllAvailable();
    query.stop();
    assertThat(spark.read().parquet(output).count()).isEqualTo(40);
  }
}
