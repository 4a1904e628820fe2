package org.meanfield.jobs.retrain;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.element_at;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.when;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.meanfield.data.Split;
import org.meanfield.jobs.storage.DatasetFiles;

/**
 * The examples of several parts as rows without images: {@code id}, {@code name} (the class's),
 * {@code split} (that of a version: only owners of the frozen test split keep theirs), {@code
 * weight} (of mean 1 in each part's training split, 1 where a part has none) and {@code part} (the
 * position in the list, the oldest first).
 */
final class PartRows {
  private static final StructType SCHEMA =
      new StructType()
          .add("id", DataTypes.StringType)
          .add("name", DataTypes.StringType)
          .add("split", DataTypes.StringType)
          .add("weight", DataTypes.FloatType)
          .add("part", DataTypes.IntegerType);

  private final SparkSession spark;
  private final Parts parts;

  PartRows(SparkSession spark, Parts parts) {
    this.spark = spark;
    this.parts = parts;
  }

  /** Every example of every part. */
  Dataset<Row> all() {
    List<Part> list = parts.all();
    Dataset<Row> rows = spark.createDataFrame(List.of(), SCHEMA);
    for (int position = 0; position < list.size(); position++) {
      rows = rows.union(of(list.get(position), position));
    }
    return rows;
  }

  /**
   * Each content once. An image of the frozen test split stays there and nowhere else; of others
   * the newest delivery's label counts, so that a delivery can correct an earlier one.
   */
  static Dataset<Row> resolved(Dataset<Row> rows) {
    Column order =
        row_number()
            .over(
                Window.partitionBy("id")
                    .orderBy(
                        when(col("split").equalTo(Split.TEST.id()), 0).otherwise(1),
                        col("part").desc(),
                        col("split"),
                        col("name")));
    return rows.withColumn("order", order).where(col("order").equalTo(1)).drop("order");
  }

  /** Rows of all parts with {@code id}, {@code part} and the encoded {@code image}. */
  Dataset<Row> images() {
    List<Part> list = parts.all();
    Dataset<Row> rows = null;
    for (int position = 0; position < list.size(); position++) {
      Dataset<Row> own =
          examples(list.get(position))
              .map(all -> all.select(DatasetFiles.ID, DatasetFiles.IMAGE))
              .orElseThrow()
              .withColumn("part", lit(position));
      rows = rows == null ? own : rows.union(own);
    }
    if (rows == null) {
      throw new IllegalArgumentException("A version is made of at least one data set");
    }
    return rows;
  }

  private Dataset<Row> of(Part part, int position) {
    List<Column> names = new ArrayList<>();
    part.classes().forEach(name -> names.add(lit(name)));
    Column split =
        parts.ownsTest(part)
            ? col("split")
            : when(col("split").equalTo(Split.TEST.id()), Split.TRAIN.id()).otherwise(col("split"));
    return examples(part)
        .orElseThrow()
        .select(
            col(DatasetFiles.ID).as("id"),
            element_at(array(names.toArray(new Column[0])), col(DatasetFiles.LABEL).plus(1))
                .as("name"),
            split.as("split"),
            (part.isWeighted() ? col(DatasetFiles.WEIGHT) : lit(1f)).as("weight"),
            lit(position).as("part"));
  }

  /** The examples of all splits, each with its split. */
  private static Optional<Dataset<Row>> examples(Part part) {
    Dataset<Row> rows = null;
    for (Split split : part.manifest().splits().keySet()) {
      Dataset<Row> own = part.data().weighted(split).withColumn("split", lit(split.id()));
      rows = rows == null ? own : rows.union(own);
    }
    return Optional.ofNullable(rows);
  }
}
