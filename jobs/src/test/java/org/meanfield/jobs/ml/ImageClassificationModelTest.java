package org.meanfield.jobs.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.feature.IndexToString;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.engine.Scorer;
import org.meanfield.image.ImagePreparation;
import org.meanfield.jobs.ingest.TinyImages;
import org.meanfield.jobs.testing.LinearClassifier;
import org.meanfield.jobs.testing.LocalSpark;
import org.meanfield.model.FloatVector;

/** Scoring: columns, bad images, forms of images, and what Spark's own stages make of it. */
class ImageClassificationModelTest {
  @TempDir static Path folder;
  private static SparkSession spark;
  private static ImageClassificationModel model;
  private static Dataset<Row> images;

  @BeforeAll
  static void start() {
    spark = LocalSpark.session();
    new LinearClassifier(12, TinyImages.CLASSES, 5).write(folder.resolve("run"));
    model = ImageClassificationModel.of(spark, folder.resolve("run").toString());
    model.set(model.getParam("predictBatchSize"), 5);
    images = TinyFrames.named(spark, 6, 700).cache();
  }

  @Test
  void rowsKeepTheirOrderAndGetWhatTheScorerSays() {
    List<Row> before = images.collectAsList();
    List<Row> rows = model.setTopK(2).transform(images).collectAsList();
    assertThat(rows).hasSize(18);
    try (Scorer scorer = model.shipped().open(1)) {
      for (int i = 0; i < rows.size(); i++) {
        Row row = rows.get(i);
        assertThat(row.<String>getAs("path")).isEqualTo(before.get(i).getAs("path"));
        FloatVector expected =
            scorer
                .score(List.of(ImagePreparation.prepare(row.getAs("image"), scorer.imageSpec())))
                .get(0);
        check(row, expected);
      }
    }
  }

  private static void check(Row row, FloatVector expected) {
    double[] probability = row.<Vector>getAs("probability").toArray();
    double[] raw = row.<Vector>getAs("rawPrediction").toArray();
    int best = row.<Double>getAs("prediction").intValue();
    assertThat(Arrays.stream(probability).sum()).isCloseTo(1, within(1e-5));
    for (int label = 0; label < 3; label++) {
      assertThat(probability[label]).isCloseTo(expected.get(label), within(1e-6));
      assertThat(Math.exp(raw[label])).isCloseTo(probability[label], within(1e-6));
      assertThat(probability[label]).isLessThanOrEqualTo(probability[best]);
    }
    assertThat(row.<String>getAs("predictedLabel")).isEqualTo(TinyImages.CLASSES.get(best));
    List<Row> top = row.getList(row.fieldIndex("topK"));
    assertThat(top).hasSize(2);
    assertThat(top.get(0).getString(0)).isEqualTo(TinyImages.CLASSES.get(best));
    assertThat(top.get(0).getDouble(1)).isEqualTo(probability[best]);
    assertThat(top.get(1).getDouble(1)).isLessThanOrEqualTo(probability[best]);
    assertThat(row.<String>getAs("reason")).isNull();
  }

  @Test
  void aBadImageIsKeptWithItsReasonOrSkippedOrAnError() {
    byte[] whole = TinyFrames.png("disc", 1);
    List<Row> rows =
        List.of(
            RowFactory.create("cut", "disc", Arrays.copyOf(whole, 60)),
            RowFactory.create("null", "disc", null),
            RowFactory.create("text", null, new byte[] {'4', '0', '4'}),
            RowFactory.create("whole", "disc", whole));
    Dataset<Row> mixed = spark.createDataFrame(rows, TinyFrames.SCHEMA).coalesce(1);
    List<Row> kept = model.transform(mixed).collectAsList();
    assertThat(kept).hasSize(4);
    assertThat(kept.get(0).<String>getAs("reason")).startsWith("truncated: ");
    assertThat(kept.get(1).<String>getAs("reason")).isEqualTo("empty: The image is null");
    assertThat(kept.get(2).<String>getAs("reason")).startsWith("not-an-image: ");
    for (String column : List.of("prediction", "probability", "predictedLabel", "topK")) {
      assertThat(kept.get(1).<Object>getAs(column)).isNull();
      assertThat(kept.get(3).<Object>getAs(column)).isNotNull();
    }
    ImageClassificationModel skipping = model.copy(ParamMap.empty()).setHandleInvalid("skip");
    assertThat(skipping.transform(mixed).collectAsList())
        .singleElement()
        .satisfies(row -> assertThat(row.<String>getAs("path")).isEqualTo("whole"));
    ImageClassificationModel strict = model.copy(ParamMap.empty()).setHandleInvalid("error");
    assertThatThrownBy(() -> strict.transform(mixed).collectAsList())
        .rootCause()
        .hasMessageContaining("An image cannot be scored")
        .hasMessageContaining("set handleInvalid to keep or skip");
    // A header is enough to refuse an image: the cut one is too large before it is too short.
    Dataset<Row> small =
        model.copy(ParamMap.empty()).setByName("predictMaxPixels", 255L).transform(mixed);
    assertThat(small.where("reason like 'too-large%'").count()).isEqualTo(2);
  }

  @Test
  void theSchemaSaysWhatTransformGivesAndEmptyNamesLeaveColumnsOut() {
    Dataset<Row> rows = model.transform(images);
    assertThat(rows.schema()).isEqualTo(model.transformSchema(images.schema()));
    ImageClassificationModel brief = model.copy(ParamMap.empty());
    for (String column : List.of("probabilityCol", "rawPredictionCol", "topKCol", "reasonCol")) {
      brief.set(brief.getParam(column), "");
    }
    assertThat(brief.transform(images).columns())
        .containsExactly("path", "label", "image", "prediction", "predictedLabel");
    assertThat(brief.transform(images).select("predictedLabel").collectAsList())
        .isEqualTo(rows.select("predictedLabel").collectAsList());
    assertThatThrownBy(() -> model.transform(rows))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("prediction already exists");
    assertThatThrownBy(() -> model.transform(images.drop("image")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void filesStructsAndSparkImagesAreTheSamePictures() {
    Path files = TinyFrames.folders(folder.resolve("files"), 3, 40);
    Dataset<Row> binary =
        spark
            .read()
            .format("binaryFile")
            .option("recursiveFileLookup", "true")
            .load(files.toString());
    List<Vector> expected = sorted(model.copy(ParamMap.empty()).setImageCol("content"), binary);
    assertThat(expected).hasSize(9);
    Dataset<Row> structs =
        binary.select(functions.struct("path", "content").as("file"), functions.col("path"));
    near(sorted(model.copy(ParamMap.empty()).setImageCol("file"), structs), expected);
    Dataset<Row> decoded =
        spark
            .read()
            .format("image")
            .option("recursiveFileLookup", "true")
            .load(files.toString())
            .withColumn("path", functions.expr("replace(image.origin, 'file:///', 'file:/')"));
    near(sorted(model, decoded), expected);
  }

  /** Other minibatches may be summed in another order. */
  private static void near(List<Vector> found, List<Vector> expected) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.size(); i++) {
      assertThat(found.get(i).toArray()).containsExactly(expected.get(i).toArray(), within(1e-5));
    }
  }

  private static List<Vector> sorted(ImageClassificationModel model, Dataset<Row> rows) {
    return model.transform(rows).orderBy("path").collectAsList().stream()
        .map(row -> row.<Vector>getAs("probability"))
        .toList();
  }

  @Test
  void evaluatorsAndIndexersUnderstandTheColumns() {
    Dataset<Row> numbered =
        new StringIndexer()
            .setInputCol("label")
            .setOutputCol("number")
            .setStringOrderType("alphabetAsc")
            .fit(images)
            .transform(images);
    Dataset<Row> scored = model.transform(numbered);
    long right = scored.where("predictedLabel = label").count();
    assertThat(
            new MulticlassClassificationEvaluator()
                .setLabelCol("number")
                .setMetricName("accuracy")
                .evaluate(scored))
        .isEqualTo(right / 18.0);
    assertThat(
            new MulticlassClassificationEvaluator()
                .setLabelCol("number")
                .setMetricName("logLoss")
                .evaluate(scored))
        .isPositive();
    List<String> inputs = new ArrayList<>(List.of("prediction", "number"));
    for (String input : inputs) {
      Dataset<Row> named =
          new IndexToString().setInputCol(input).setOutputCol("back").transform(scored);
      assertThat(named.where("back = " + (input.equals("number") ? "label" : "predictedLabel")))
          .satisfies(rows -> assertThat(rows.count()).isEqualTo(18));
    }
  }
}
