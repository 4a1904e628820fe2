package org.meanfield.jobs.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.clustering.KMeans;
import org.apache.spark.ml.clustering.KMeansModel;
import org.apache.spark.ml.feature.BucketedRandomProjectionLSH;
import org.apache.spark.ml.feature.BucketedRandomProjectionLSHModel;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.error.SettingsException;
import org.meanfield.image.PixelImage;
import org.meanfield.image.PngEncoder;
import org.meanfield.jobs.ingest.TinyImages;
import org.meanfield.jobs.testing.LocalSpark;

/** Embeddings of named layers, and what Spark's own algorithms make of them. */
class ImageFeaturizerTest {
  @TempDir static Path folder;
  private static Dataset<Row> images;
  private static ImageClassificationModel model;

  @BeforeAll
  static void fit() {
    SparkSession spark = LocalSpark.session();
    images = TinyFrames.named(spark, 10, 5000).cache();
    model = TinyFrames.classifier().setEpochs(4).fit(images);
  }

  @Test
  void theLastHiddenLayerIsTheDefaultAndAnyOtherCanBeNamed() {
    Dataset<Row> rows = ImageFeaturizer.of(model).transform(images);
    assertThat(rows.columns()).containsExactly("path", "label", "image", "features", "reason");
    Vector features = rows.first().getAs("features");
    assertThat(features.size()).isEqualTo(128);
    assertThat(Arrays.stream(features.toArray()).min().getAsDouble()).as("rectified").isZero();
    assertThat(features.numNonzeros()).isPositive();
    Vector wide =
        ImageFeaturizer.of(model).setLayer("dense1").transform(images).first().getAs("features");
    assertThat(wide.size()).isEqualTo(256);
    assertThatThrownBy(() -> ImageFeaturizer.of(model).setLayer("dense3").transform(images))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("did you mean 'dense");
  }

  @Test
  void aModelGivesTheSameFeaturesBesideItsPredictions() {
    model.set(model.getParam("featuresCol"), "embedding");
    Dataset<Row> both = model.transform(images);
    assertThat(both.schema()).isEqualTo(model.transformSchema(images.schema()));
    List<Row> rows = both.select("embedding", "probability").collectAsList();
    List<Row> alone =
        ImageFeaturizer.of(model).transform(images).select("features").collectAsList();
    assertThat(rows.stream().map(row -> row.get(0)).toList())
        .isEqualTo(alone.stream().map(row -> row.get(0)).toList());
    model.clear(model.getParam("featuresCol"));
  }

  @Test
  void sparksOwnClusteringTakesTheFeatures() {
    Dataset<Row> described = ImageFeaturizer.of(model).transform(images).select("features");
    KMeansModel clusters = new KMeans().setK(3).setSeed(1).fit(described);
    assertThat(clusters.transform(described).select("prediction").distinct().count()).isEqualTo(3);
  }

  @Test
  void anAlteredCopyFindsItsOriginalFirst() {
    Dataset<Row> described =
        ImageFeaturizer.of(model).transform(images).select("path", "features").cache();
    BucketedRandomProjectionLSHModel near =
        new BucketedRandomProjectionLSH()
            .setInputCol("features")
            .setOutputCol("hashes")
            .setBucketLength(2)
            .setNumHashTables(3)
            .setSeed(1)
            .fit(described);
    List<Row> altered =
        TinyImages.CLASSES.stream()
            .map(name -> RowFactory.create(name + "/7", name, alteredCopy(name, 5007)))
            .toList();
    List<Row> asked =
        ImageFeaturizer.of(model)
            .transform(images.sparkSession().createDataFrame(altered, TinyFrames.SCHEMA))
            .select("path", "features")
            .collectAsList();
    assertThat(asked).hasSize(3);
    for (Row copy : asked) {
      Vector features = copy.getAs("features");
      List<Row> found =
          near.approxNearestNeighbors(described, features, 2)
              .select("path", "distCol")
              .collectAsList();
      assertThat(found.get(0).getString(0)).isEqualTo(copy.getString(0));
      assertThat(found.get(0).getDouble(1)).as("it is a copy, but altered").isPositive();
      assertThat(found.get(0).getDouble(1)).isLessThan(found.get(1).getDouble(1));
    }
  }

  /** The picture a little brighter, and without its lowest row. */
  private static byte[] alteredCopy(String name, long seed) {
    PixelImage original = TinyImages.draw(name, seed);
    byte[] pixels = new byte[original.height() * original.width() * original.channels()];
    original.copyTo(pixels, 0);
    int lowestRow = pixels.length - original.width() * original.channels();
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (i < lowestRow ? Math.min((pixels[i] & 0xFF) + 4, 255) : 0);
    }
    return PngEncoder.encode(
        new PixelImage(original.height(), original.width(), original.channels(), pixels));
  }

  @Test
  void badImagesHaveAReasonOrAreSkipped() {
    Dataset<Row> bad =
        images
            .sparkSession()
            .createDataFrame(
                List.of(RowFactory.create("empty", "disc", new byte[0])), TinyFrames.SCHEMA);
    Row row = ImageFeaturizer.of(model).transform(bad).first();
    assertThat(row.<Object>getAs("features")).isNull();
    assertThat(row.<String>getAs("reason")).startsWith("empty: ");
    assertThat(ImageFeaturizer.of(model).setHandleInvalid("skip").transform(bad).count()).isZero();
  }

  @Test
  void aSavedFeaturizerGivesTheSameFeatures() throws IOException {
    ImageFeaturizer featurizer =
        ImageFeaturizer.of(model).setLayer("dense1").setOutputCol("wide").setReasonCol("");
    String path = folder.resolve("featurizer").toString();
    featurizer.save(path);
    ImageFeaturizer loaded = ImageFeaturizer.load(path);
    assertThat(loaded.uid()).isEqualTo(featurizer.uid());
    Vector expected = featurizer.transform(images).first().getAs("wide");
    Vector found = loaded.copy(ParamMap.empty()).transform(images).first().getAs("wide");
    assertThat(found.toArray()).containsExactly(expected.toArray(), within(0.0));
  }
}
