package org.meanfield.bench;

import static org.apache.spark.sql.functions.expr;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.meanfield.jobs.ml.ImageClassifier;
import org.meanfield.jobs.spark.LogConfiguration;
import org.meanfield.jobs.spark.SparkSessions;

/**
 * Fits a pipeline on folders of images, or scores with one that another JVM has saved. Started by
 * {@code bench/same-predictions}.
 */
public final class SavedPipeline {
  private static final String PREDICTIONS = "/predictions-";

  private final SparkSession spark;
  private final String images;
  private final String output;

  private SavedPipeline(SparkSession spark, String images, String output) {
    this.spark = spark;
    this.images = images;
    this.output = output;
  }

  /**
   * {@code SavedPipeline fit|score IMAGES OUTPUT EPOCHS}: IMAGES has a folder per class in {@code
   * train/} and {@code test/}. {@code score} ends with 1 where its predictions are not those that
   * {@code fit} left.
   */
  public static void main(String[] args) throws IOException {
    LogConfiguration.applyUnlessConfigured();
    SparkSession spark =
        SparkSessions.open(
            new SparkSessions.Request(
                "saved pipeline",
                Optional.of(MeanfieldTraining.THREADS),
                Map.of("spark.ui.enabled", "false")));
    SavedPipeline pipeline = new SavedPipeline(spark, args[1], args[2]);
    boolean same = true;
    if (args[0].equals("fit")) {
      pipeline.fit(Integer.parseInt(args[3]));
    } else {
      same = pipeline.scoresTheSame();
    }
    spark.stop();
    System.exit(same ? 0 : 1);
  }

  private void fit(int epochs) throws IOException {
    ImageClassifier classifier =
        new ImageClassifier()
            .setImageCol("content")
            .setModel("cnn")
            .setWorkers(2)
            .setEpochs(epochs)
            .setRunDir(output + "/runs");
    StringIndexer indexer = new StringIndexer().setInputCol("class").setOutputCol("label");
    PipelineModel model =
        new Pipeline().setStages(new PipelineStage[] {indexer, classifier}).fit(labelled("train"));
    model.write().overwrite().save(output + "/model");
    score(model, "fit");
  }

  private boolean scoresTheSame() {
    score(PipelineModel.load(output + "/model"), "score");
    List<Row> before = predictions("fit");
    List<Row> after = predictions("score");
    boolean same = before.equals(after);
    System.out.println(
        after.size()
            + " predictions of another JVM are "
            + (same ? "the same" : "OTHERS than those of the JVM that fitted"));
    return same;
  }

  private void score(PipelineModel model, String name) {
    String target = output + PREDICTIONS + name;
    model
        .transform(labelled("test"))
        .select("path", "label", "prediction")
        .write()
        .mode("overwrite")
        .parquet(target);
    System.out.printf(
        "%s: test accuracy %.4f%n",
        name,
        new MulticlassClassificationEvaluator()
            .setMetricName("accuracy")
            .evaluate(spark.read().parquet(target)));
  }

  private List<Row> predictions(String name) {
    return spark.read().parquet(output + PREDICTIONS + name).orderBy("path").collectAsList();
  }

  private Dataset<Row> labelled(String split) {
    return spark
        .read()
        .format("binaryFile")
        .option("recursiveFileLookup", "true")
        .load(images + "/" + split)
        .withColumn("class", expr("element_at(split(path, '/'), -2)"))
        .drop("modificationTime", "length");
  }
}
