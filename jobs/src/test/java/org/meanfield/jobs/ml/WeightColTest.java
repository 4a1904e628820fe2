package org.meanfield.jobs.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.error.DataException;
import org.meanfield.jobs.storage.DatasetFiles;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.jobs.testing.LocalSpark;

/** Weights of a DataFrame's images. */
class WeightColTest {
  private static final String LEFT_IS_HEAVY = "if(label = 'left', 99, 1)";

  /** Shared, so that a fit of one test is found by another. */
  @TempDir static Path runs;

  private static SparkSession spark;
  private static Dataset<Row> images;

  /** Labels that no picture tells apart: what is learnt is how much the labels weigh. */
  @BeforeAll
  static void start() {
    spark = LocalSpark.session();
    images =
        TinyFrames.named(spark, 20, 500)
            .where("label = 'disc'")
            .withColumn("label", functions.expr("if(crc32(image) % 2 = 0, 'left', 'right')"))
            .cache();
  }

  @Test
  void predictionsMoveToTheHeavyClass() {
    double plain = meanOfRight(classifier().fit(images));
    double heavy = meanOfRight(weighted().fit(weighing(LEFT_IS_HEAVY)));
    assertThat(plain).isBetween(0.35, 0.65);
    assertThat(heavy).isLessThan(0.3);
  }

  private static double meanOfRight(ImageClassificationModel model) {
    assertThat(model.classNames()).containsExactly("left", "right");
    return model
        .transform(images)
        .select(
            functions.avg(
                functions.element_at(
                    org.apache.spark.ml.functions.vector_to_array(
                        functions.col("probability"), "float64"),
                    2)))
        .first()
        .getDouble(0);
  }

  @Test
  void equalWeightsGiveTheBitsOfNoneAndOthersAreOtherData() throws IOException {
    String plain = classifier().fit(images).modelId();
    assertThat(weighted().fit(weighing("5")).modelId()).isEqualTo(plain);
    assertThat(weighted().fit(weighing(LEFT_IS_HEAVY)).modelId()).isNotEqualTo(plain);
    List<DatasetFiles> sets = sets();
    assertThat(sets)
        .hasSizeGreaterThanOrEqualTo(3)
        .extracting(set -> set.manifest().digest())
        .doesNotHaveDuplicates();
    for (DatasetFiles set : sets) {
      boolean hasWeights = set.manifest().weights().isPresent();
      assertThat(isTrainedOnInPlace(set, "weight")).isEqualTo(hasWeights);
      assertThat(isTrainedOnInPlace(set, "")).isEqualTo(!hasWeights);
    }
  }

  private static boolean isTrainedOnInPlace(DatasetFiles set, String weightCol) {
    Dataset<Row> training = spark.read().parquet(set.uri() + "/split=train");
    return IngestedRows.of(training, new LabelledRows("image", "label", weightCol, ""), storage())
        .isPresent();
  }

  @Test
  void whatIsNoWeightIsNamed() {
    refuses("if(path like 'disc/3%', null, 1.0)", "'weight' has 1 values", "null (disc/3)");
    refuses("if(path like 'disc/3%', double('NaN'), 1.0)", "NaN (disc/3)");
    refuses("if(path like 'disc/3%', -0.5, 1.0)", "-0.5 (disc/3)");
    refuses("if(path like 'disc/3%', double('Infinity'), 1.0)", "Infinity (disc/3)");
    refuses("0", "'weight' of all images to train on are 0");
    assertThatThrownBy(() -> weighted().fit(weighing("'1'")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("weightCol expects one of [numeric]");
    assertThatThrownBy(() -> weighted().fit(images))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no column 'weight'");
  }

  private static void refuses(String weight, String... parts) {
    assertThatThrownBy(() -> weighted().fit(weighing(weight)))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll(parts);
  }

  @Test
  void aSavedClassifierKeepsItsWeightColumn() throws IOException {
    String saved = runs.resolve("saved").toString();
    weighted().write().overwrite().save(saved);
    ImageClassifier loaded = ImageClassifier.load(saved);
    assertThat(loaded.getOrDefault(loaded.getParam("weightCol"))).isEqualTo("weight");
    assertThat(loaded.explainParams())
        .contains("weightCol: Column with a weight for each image", "current: weight");
    ImageClassifier fresh = new ImageClassifier();
    assertThat(fresh.isDefined(fresh.getParam("weightCol"))).isFalse();
  }

  private static ImageClassifier classifier() {
    return TinyFrames.classifier().setEpochs(8).setRunDir(runs.toString());
  }

  private static ImageClassifier weighted() {
    return classifier().setWeightCol("weight");
  }

  private static Dataset<Row> weighing(String weight) {
    return images.withColumn("weight", functions.expr(weight));
  }

  private static Storage storage() {
    return new Storage(spark.sparkContext().hadoopConfiguration());
  }

  private static List<DatasetFiles> sets() throws IOException {
    try (Stream<Path> all = Files.list(runs)) {
      return all.filter(path -> path.getFileName().toString().startsWith("data-"))
          .map(path -> DatasetFiles.open(spark, storage(), path.toString()))
          .toList();
    }
  }
}
