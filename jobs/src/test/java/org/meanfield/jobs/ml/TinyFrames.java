package org.meanfield.jobs.ml;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.meanfield.image.PngEncoder;
import org.meanfield.jobs.ingest.TinyImages;

/** DataFrames of small pictures in three classes, and the quickest classifier for them. */
final class TinyFrames {
  /** Where a row's picture comes from, its name, its bytes. */
  static final StructType SCHEMA =
      new StructType()
          .add("path", DataTypes.StringType, false)
          .add("label", DataTypes.StringType, true)
          .add("image", DataTypes.BinaryType, true);

  private TinyFrames() {}

  /** The classes take turns. */
  static Dataset<Row> named(SparkSession spark, int perClass, long firstSeed) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < perClass; i++) {
      for (String name : TinyImages.CLASSES) {
        rows.add(RowFactory.create(name + "/" + i, name, png(name, firstSeed + i)));
      }
    }
    return spark.createDataFrame(rows, SCHEMA).repartition(2);
  }

  /** One picture. */
  static byte[] png(String name, long seed) {
    return PngEncoder.encode(TinyImages.draw(name, seed));
  }

  /** A folder per class with a file per picture. */
  static Path folders(Path root, int perClass, long firstSeed) {
    try {
      for (String name : TinyImages.CLASSES) {
        Path folder = Files.createDirectories(root.resolve(name));
        for (int i = 0; i < perClass; i++) {
          Files.write(folder.resolve(i + ".png"), png(name, firstSeed + i));
        }
      }
      return root;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Trains within a second or two. */
  static ImageClassifier classifier() {
    return new ImageClassifier()
        .setModel("mlp")
        .setWorkers(2)
        .setBatchSize(4)
        .setEpochs(2)
        .setAveragingPeriod(4)
        .setByName("validationFraction", 0.0);
  }
}
