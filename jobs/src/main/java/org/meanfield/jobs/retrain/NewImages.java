package org.meanfield.jobs.retrain;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.when;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.meanfield.data.Normalization;
import org.meanfield.data.Split;

/**
 * The new deliveries in numbers, held against what was known before.
 *
 * @param inputs images that came
 * @param unreadable of these, images that cannot be used
 * @param labels new labels by class: of new images, and new labels of known ones
 * @param repeated known images with the label that they had
 * @param relabelled known images with another label
 * @param testDuplicates images of the frozen test split, which are not trained on
 * @param known images by class that could be trained on before; empty on the first run
 * @param pixelShift largest distance of a channel's mean from the known one, in known deviations;
 *     NaN where nothing was known
 */
record NewImages(
    long inputs,
    long unreadable,
    Map<String, Long> labels,
    long repeated,
    long relabelled,
    long testDuplicates,
    Map<String, Long> known,
    double pixelShift) {
  private static final int COLOURS = 3;

  /** Copies the maps, sorted by class. */
  NewImages {
    labels = new TreeMap<>(labels);
    known = new TreeMap<>(known);
  }

  /** Counts them. */
  static NewImages of(SparkSession spark, Parts parts) {
    Dataset<Row> rows = new PartRows(spark, parts).all();
    Column isFresh = col("part").geq(parts.known().size());
    Dataset<Row> known = PartRows.resolved(rows.where(col("part").lt(parts.known().size())));
    Dataset<Row> joined =
        PartRows.resolved(rows.where(isFresh))
            .join(
                known.select(
                    col("id").as("known_id"),
                    col("name").as("known_name"),
                    col("split").as("known_split")),
                col("id").equalTo(col("known_id")),
                "left_outer");
    Column kind =
        when(col("known_id").isNull(), "new")
            .when(col("known_split").equalTo(Split.TEST.id()), "test")
            .when(col("known_name").equalTo(col("name")), "repeated")
            .otherwise("relabelled");
    Map<String, Long> kinds = new TreeMap<>();
    Map<String, Long> labels = new TreeMap<>();
    for (Row group :
        joined.withColumn("kind", kind).groupBy("kind", "name").count().collectAsList()) {
      kinds.merge(group.getString(0), group.getLong(2), Long::sum);
      if (group.getString(0).equals("new") || group.getString(0).equals("relabelled")) {
        labels.merge(group.getString(1), group.getLong(2), Long::sum);
      }
    }
    return new NewImages(
        parts.fresh().stream().mapToLong(Part::inputs).sum(),
        parts.fresh().stream().mapToLong(part -> part.manifest().rejected()).sum(),
        labels,
        kinds.getOrDefault("repeated", 0L),
        kinds.getOrDefault("relabelled", 0L),
        kinds.getOrDefault("test", 0L),
        byClass(known.where(col("split").notEqual(Split.TEST.id()))),
        shift(parts));
  }

  /** New labels in all classes. */
  long count() {
    return sum(labels);
  }

  /** Images that could be trained on before. */
  long knownCount() {
    return sum(known);
  }

  double unreadableShare() {
    return share(unreadable, inputs);
  }

  double testDuplicateShare() {
    return share(testDuplicates, count() + repeated + testDuplicates);
  }

  double relabelledShare() {
    return share(relabelled, count() + repeated);
  }

  /** New labels for each known image. */
  double newShare() {
    return share(count(), knownCount());
  }

  /**
   * How far the classes' shares are from the known ones: half the sum of the differences, 0 for the
   * same balance, 1 for classes that have nothing in common. NaN where nothing was known.
   */
  double balanceShift() {
    if (knownCount() == 0 || count() == 0) {
      return Double.NaN;
    }
    Map<String, Double> difference = new TreeMap<>();
    labels.forEach((name, n) -> difference.merge(name, share(n, count()), Double::sum));
    known.forEach((name, n) -> difference.merge(name, -share(n, knownCount()), Double::sum));
    return difference.values().stream().mapToDouble(Math::abs).sum() / 2;
  }

  /** Images of the largest class for each one of the smallest, of all that can be trained on. */
  double imbalance() {
    LongSummaryStatistics sizes =
        trainable().values().stream().mapToLong(n -> n).summaryStatistics();
    return sizes.getCount() == 0 ? 1 : (double) sizes.getMax() / sizes.getMin();
  }

  /** The largest class and the smallest one, for a person. */
  String extremes() {
    Comparator<Map.Entry<String, Long>> bySize = Map.Entry.comparingByValue();
    return trainable().entrySet().stream()
        .max(bySize)
        .map(
            largest ->
                largest + " and " + trainable().entrySet().stream().min(bySize).orElseThrow())
        .orElse("none");
  }

  /** Known and new images by class; one with a new label counts twice. */
  private Map<String, Long> trainable() {
    Map<String, Long> sizes = new TreeMap<>(known);
    labels.forEach((name, n) -> sizes.merge(name, n, Long::sum));
    return sizes;
  }

  /** Classes that were not known. */
  List<String> newClasses() {
    return known.isEmpty()
        ? List.of()
        : labels.keySet().stream().filter(name -> !known.containsKey(name)).toList();
  }

  /** Classes of which so many were to be expected, and none came. */
  List<String> vanishedClasses(double leastExpected) {
    return known.entrySet().stream()
        .filter(entry -> share(entry.getValue(), knownCount()) * count() >= leastExpected)
        .map(Map.Entry::getKey)
        .filter(name -> !labels.containsKey(name))
        .toList();
  }

  /** For files and people. */
  Map<String, Object> figures() {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("newLabels", count());
    figures.put("newLabelsByClass", labels);
    figures.put("knownImages", knownCount());
    figures.put("unreadable", unreadable);
    figures.put("repeated", repeated);
    figures.put("relabelled", relabelled);
    figures.put("testDuplicatesDropped", testDuplicates);
    return figures;
  }

  private static Map<String, Long> byClass(Dataset<Row> rows) {
    Map<String, Long> counts = new TreeMap<>();
    rows.groupBy("name")
        .count()
        .collectAsList()
        .forEach(row -> counts.put(row.getString(0), row.getLong(1)));
    return counts;
  }

  private static double shift(Parts parts) {
    double largest = Double.NaN;
    for (int channel = 0; channel < COLOURS; channel++) {
      double[] before = moments(parts.known(), channel);
      double[] now = moments(parts.fresh(), channel);
      if (before[0] > 0 && now[0] > 0) {
        double distance = Math.abs(now[1] - before[1]) / before[2];
        largest = Double.isNaN(largest) ? distance : Math.max(largest, distance);
      }
    }
    return largest;
  }

  /**
   * Images, mean and deviation of a channel, of the training splits, and of a part without one of
   * all its images; parts weigh by them.
   */
  private static double[] moments(List<Part> parts, int channel) {
    double images = 0;
    double mean = 0;
    double square = 0;
    for (Part part : parts) {
      Normalization pixels = part.manifest().normalization(COLOURS).orElse(null);
      if (pixels != null) {
        long training = part.manifest().examples(Split.TRAIN);
        double n = training > 0 ? training : part.images();
        double m = pixels.mean().get(channel);
        double d = pixels.deviation().get(channel);
        images += n;
        mean += n * m;
        square += n * (m * m + d * d);
      }
    }
    double m = mean / Math.max(1, images);
    double variance = square / Math.max(1, images) - m * m;
    return new double[] {images, m, variance > 0 ? Math.sqrt(variance) : 1};
  }

  private static long sum(Map<String, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  private static double share(long part, long whole) {
    return whole == 0 ? (part == 0 ? 0 : 1) : (double) part / whole;
  }
}
