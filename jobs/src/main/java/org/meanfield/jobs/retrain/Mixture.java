package org.meanfield.jobs.retrain;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.conv;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.sha2;
import static org.apache.spark.sql.functions.substring;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.meanfield.config.Settings;
import org.meanfield.data.Split;

/** Which examples of old and new parts a data-set version holds. */
final class Mixture {
  /** Hex digits of a hash that make a share: 52 bits, all of which a double holds exactly. */
  private static final int DIGITS = 13;

  private static final Set<String> OWN_INGEST =
      Set.of("ingest.max-pixels", "ingest.min-class-images", "ingest.rows-per-file");

  /** The column with the weights in the rows that it writes. */
  static final String WEIGHT = "weight";

  private final SparkSession spark;
  private final Parts parts;
  private final Settings settings;

  Mixture(SparkSession spark, Parts parts, Settings settings) {
    this.spark = spark;
    this.parts = parts;
    this.settings = settings;
  }

  /**
   * Writes the version's examples as Parquet that 'ingest' reads: columns {@code image}, {@code
   * label} (the class's name) and {@code split}, and {@link #WEIGHT} where a part has weights.
   */
  void write(String folder) {
    PartRows labelled = new PartRows(spark, parts);
    Dataset<Row> chosen = chosen(PartRows.resolved(labelled.all()));
    List<Column> columns =
        new ArrayList<>(List.of(col("image"), col("name").as("label"), col("split")));
    if (parts.areWeighted()) {
      columns.add(col(WEIGHT));
    }
    labelled
        .images()
        .join(chosen, new String[] {"id", "part"})
        .select(columns.toArray(new Column[0]))
        .write()
        .mode(SaveMode.Overwrite)
        .parquet(folder);
  }

  /**
   * The new deliveries alone, all as test split, to judge a champion by.
   *
   * @param classes those that it knows; images of others are left out
   */
  static DataFrameWriter<Row> newest(SparkSession spark, Parts parts, List<String> classes) {
    PartRows labelled = new PartRows(spark, parts);
    Dataset<Row> newest =
        PartRows.resolved(labelled.all())
            .where(col("part").geq(parts.known().size()))
            .where(col("name").isInCollection(classes))
            .drop("split");
    return labelled
        .images()
        .join(newest, new String[] {"id", "part"})
        .select(col("image"), col("name").as("label"), lit(Split.TEST.id()).as("split"))
        .write()
        .mode(SaveMode.Overwrite);
  }

  /** Settings of 'ingest' that hold for what we wrote ourselves; others are about deliveries. */
  static boolean inherits(String key) {
    return OWN_INGEST.contains(key);
  }

  private Dataset<Row> chosen(Dataset<Row> resolved) {
    Column test = col("split").equalTo(Split.TEST.id());
    return switch (settings.get(RetrainSettings.MIX)) {
      case ALL -> resolved;
      case WINDOW -> {
        int oldest = parts.all().size() - settings.get(RetrainSettings.WINDOW);
        yield resolved.where(test.or(col("part").geq(oldest)));
      }
      case REPLAY -> replayed(resolved, test);
    };
  }

  /** Which old example is kept follows from its content and the ratio alone. */
  private Dataset<Row> replayed(Dataset<Row> resolved, Column test) {
    Column fresh = col("part").geq(parts.known().size());
    Column train = col("split").equalTo(Split.TRAIN.id());
    long news = resolved.where(train.and(fresh)).count();
    long olds = resolved.where(train.and(not(fresh))).count();
    double share =
        olds == 0 || news == 0 ? 1 : news * settings.get(RetrainSettings.REPLAY_RATIO) / olds;
    Column position =
        conv(substring(sha2(concat(lit("replay "), col("id")), 256), 1, DIGITS), 16, 10)
            .cast("double")
            .divide(0x1p52);
    return resolved.where(test.or(fresh).or(not(train)).or(position.lt(share)));
  }

  /** What a version's record says about how it was mixed. */
  Map<String, Object> figures() {
    String kind = RetrainSettings.MIX.show(settings.get(RetrainSettings.MIX));
    return Map.of("mix", kind, "parts", parts.all().stream().map(Part::name).toList());
  }
}
