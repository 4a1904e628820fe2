package org.meanfield.jobs.ml;

import static org.apache.spark.sql.functions.expr;

import java.io.IOException;
import java.util.concurrent.TimeoutException;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.tuning.CrossValidatorModel;
import org.apache.spark.ml.tuning.ParamGridBuilder;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;

/**
 * The examples of docs/spark-ml.md, word for word: {@link SparkMlPageTest} compares and runs them.
 */
final class SparkMlExamples {
  private SparkMlExamples() {}

  static Dataset<Row> images(SparkSession spark, String folder) {
    Dataset<Row> images =
        spark
            .read()
            .format("binaryFile")
            .option("recursiveFileLookup", "true")
            .load(folder)
            .withColumn("class", expr("element_at(split(path, '/'), -2)"));
    return images;
  }

  static PipelineModel fit(Dataset<Row> images, String runs, String saved) throws IOException {
    Pipeline pipeline =
        new Pipeline()
            .setStages(
                new PipelineStage[] {
                  new StringIndexer().setInputCol("class").setOutputCol("label"),
                  new ImageClassifier()
                      .setImageCol("content")
                      .setModel("cnn")
                      .setWorkers(2)
                      .setBatchSize(16)
                      .setEpochs(10)
                      .setLearningRate(0.02)
                      .setRunDir(runs)
                });
    PipelineModel model = pipeline.fit(images);
    model.save(saved);
    return model;
  }

  static double score(String saved, Dataset<Row> images) {
    Dataset<Row> scored = PipelineModel.load(saved).transform(images);
    scored.select("path", "predictedLabel", "topK", "reason").show(10, false);
    double accuracy =
        new MulticlassClassificationEvaluator().setMetricName("accuracy").evaluate(scored);
    return accuracy;
  }

  static ImageClassificationModel search(Dataset<Row> indexed, String runs) {
    ImageClassifier classifier =
        new ImageClassifier().setImageCol("content").setModel("mlp").setRunDir(runs);
    ParamMap[] grid =
        new ParamGridBuilder()
            .addGrid(classifier.decimalParam("learningRate"), new double[] {0.001, 0.01})
            .addGrid(classifier.integerParam("averagingPeriod"), new int[] {16})
            .build();
    CrossValidatorModel search =
        new CrossValidator()
            .setEstimator(classifier)
            .setEstimatorParamMaps(grid)
            .setEvaluator(new MulticlassClassificationEvaluator())
            .setNumFolds(2)
            .fit(indexed);
    ImageClassificationModel best = (ImageClassificationModel) search.bestModel();
    return best;
  }

  static PipelineModel transfer(SparkSession spark, Dataset<Row> images, String backbone) {
    PipelineModel transferred =
        new Pipeline()
            .setStages(
                new PipelineStage[] {
                  new StringIndexer().setInputCol("class").setOutputCol("label"),
                  ImageFeaturizer.of(spark, backbone)
                      .setImageCol("content")
                      .setHandleInvalid("skip"),
                  new LogisticRegression().setRegParam(0.01)
                })
            .fit(images);
    return transferred;
  }

  static StreamingQuery stream(SparkSession spark, String folder, String model, String output)
      throws TimeoutException {
    Dataset<Row> arriving =
        spark
            .readStream()
            .format("binaryFile")
            .schema("path string, modificationTime timestamp, length bigint, content binary")
            .load(folder);
    StreamingQuery query =
        ImageClassificationModel.of(spark, model)
            .setImageCol("content")
            .transform(arriving)
            .select("path", "predictedLabel", "reason")
            .writeStream()
            .format("parquet")
            .option("path", output)
            .option("checkpointLocation", output + "-checkpoint")
            .start();
    return query;
  }
}
