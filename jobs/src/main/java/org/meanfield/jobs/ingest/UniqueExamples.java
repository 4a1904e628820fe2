package org.meanfield.jobs.ingest;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_set;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.meanfield.data.Split;

/**
 * Keeps each content once. Of inputs with the same bytes the one in the given test split wins, then
 * validation, then train, then none; of these the one with the smallest origin. Its label and its
 * weight count.
 */
final class UniqueExamples {
  private static final List<String> CARRIED =
      List.of("split", "bytes", "height", "width", "channels", "pixels", "weight");

  private UniqueExamples() {}

  /**
   * A row per content, without its image: id, key of the winner's row, origin, label (a position),
   * split (final), weight (null where the source has none), sizes and sums; and {@code copies},
   * {@code labels} and {@code splits}: how many inputs, different labels and different given splits
   * it had.
   */
  static Dataset<Row> of(Dataset<Row> checked, ClassNames classes, SplitAssignment splits) {
    Column rank =
        when(col("split").equalTo(Split.TEST.id()), 0)
            .when(col("split").equalTo(Split.VALIDATION.id()), 1)
            .when(col("split").equalTo(Split.TRAIN.id()), 2)
            .otherwise(3);
    List<Column> winner =
        new ArrayList<>(List.of(rank.as("rank"), col("origin"), col("label"), col("key")));
    CARRIED.forEach(name -> winner.add(col(name)));
    for (int i = 0; i < ImageCheck.SUMS; i++) {
      winner.add(col("sum" + i));
      winner.add(col("square" + i));
    }
    return checked
        .where(col("reason").isNull())
        .groupBy("id")
        .agg(
            min(struct(winner.toArray(new Column[0]))).as("winner"),
            count(lit(1)).as("copies"),
            size(collect_set("label")).as("labels"),
            size(collect_set(coalesce(col("split"), lit("")))).as("splits"))
        .select(col("id"), col("winner.*"), col("copies"), col("labels"), col("splits"))
        .withColumn("source_label", col("label"))
        .withColumn("label", udf(classes, DataTypes.IntegerType).apply(col("label")))
        .withColumn("split", udf(splits, DataTypes.StringType).apply(col("id"), col("split")));
  }
}
