package org.meanfield.jobs.ingest;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.meanfield.data.DatasetManifest.Duplicates;
import org.meanfield.data.DatasetManifest.ImageSizes;
import org.meanfield.data.DatasetManifest.SplitCounts;
import org.meanfield.data.Normalization;
import org.meanfield.data.Split;
import org.meanfield.image.PixelStatistics;

/**
 * The unique examples in numbers.
 *
 * @param byClass examples by split and label
 * @param bytes of the images, by split
 * @param pixels statistics of the training split by channel count; empty without one
 */
record DatasetSummary(
    Map<Split, List<Long>> byClass,
    Map<Split, Long> bytes,
    ImageSizes sizes,
    Map<Integer, Normalization> pixels,
    Duplicates duplicates) {
  /**
   * Of the sums that {@link ImageCheck} makes of an image's values: red, green, blue, then grey.
   */
  private static final List<Integer> COLOURS = List.of(0, 1, 2);

  private static final int GREY = 3;

  /**
   * @param unique rows of {@link UniqueExamples}
   * @param classes number of classes
   */
  static DatasetSummary of(Dataset<Row> unique, int classes) {
    Map<Split, Long[]> counts = new EnumMap<>(Split.class);
    Map<Split, Long> bytes = new EnumMap<>(Split.class);
    List<Row> groups =
        unique.groupBy("split", "label").agg(count(lit(1)), sum("bytes")).collectAsList();
    for (Row group : groups) {
      Split split = Split.parse(group.getString(0)).orElseThrow();
      counts.computeIfAbsent(split, s -> zeros(classes))[group.getInt(1)] = group.getLong(2);
      bytes.merge(split, group.getLong(3), Long::sum);
    }
    Map<Split, List<Long>> byClass = new EnumMap<>(Split.class);
    counts.forEach((split, values) -> byClass.put(split, Arrays.asList(values)));
    return new DatasetSummary(byClass, bytes, sizes(unique), pixels(unique), duplicates(unique));
  }

  Map<Split, SplitCounts> splitCounts() {
    Map<Split, SplitCounts> counts = new EnumMap<>(Split.class);
    byClass.forEach(
        (split, values) ->
            counts.put(
                split, new SplitCounts(values.stream().mapToLong(Long::longValue).sum(), values)));
    return counts;
  }

  private static Long[] zeros(int classes) {
    Long[] zeros = new Long[classes];
    Arrays.fill(zeros, 0L);
    return zeros;
  }

  private static ImageSizes sizes(Dataset<Row> unique) {
    Row range =
        unique.agg(min("height"), max("height"), min("width"), max("width")).collectAsList().get(0);
    Row common =
        unique
            .groupBy("height", "width")
            .count()
            .orderBy(col("count").desc(), col("height"), col("width"))
            .first();
    Map<Integer, Long> channels = new TreeMap<>();
    unique
        .groupBy("channels")
        .count()
        .collectAsList()
        .forEach(row -> channels.put(row.getInt(0), row.getLong(1)));
    return new ImageSizes(
        range.getInt(0),
        range.getInt(1),
        range.getInt(2),
        range.getInt(3),
        common.getInt(0),
        common.getInt(1),
        channels);
  }

  private static Map<Integer, Normalization> pixels(Dataset<Row> unique) {
    List<Column> sums = new ArrayList<>();
    for (int i = 0; i < ImageCheck.SUMS; i++) {
      sums.add(sum("sum" + i).as("sum" + i));
      sums.add(sum("square" + i).as("square" + i));
    }
    Dataset<Row> training = unique.where(col("split").equalTo(Split.TRAIN.id()));
    Row counted =
        (training.isEmpty() ? unique : training)
            .agg(sum("pixels").as("pixels"), sums.toArray(new Column[0]))
            .collectAsList()
            .get(0);
    Map<Integer, Normalization> pixels = new HashMap<>();
    if (!counted.isNullAt(counted.fieldIndex("pixels"))) {
      pixels.put(1, statistics(counted, List.of(GREY)).normalization());
      pixels.put(3, statistics(counted, COLOURS).normalization());
    }
    return pixels;
  }

  private static PixelStatistics statistics(Row sums, List<Integer> channels) {
    return new PixelStatistics(
        sums.<Long>getAs("pixels"),
        channels.stream().map(channel -> sums.<Long>getAs("sum" + channel)).toList(),
        channels.stream().map(channel -> sums.<Long>getAs("square" + channel)).toList());
  }

  private static Duplicates duplicates(Dataset<Row> unique) {
    Row row =
        unique
            .agg(
                sum(col("copies").minus(1)),
                sum(when(col("splits").gt(1), 1L).otherwise(0L)),
                sum(when(col("labels").gt(1), 1L).otherwise(0L)))
            .collectAsList()
            .get(0);
    return new Duplicates(row.getLong(0), row.getLong(1), row.getLong(2));
  }
}
