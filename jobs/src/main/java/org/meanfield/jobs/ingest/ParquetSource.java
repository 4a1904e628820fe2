package org.meanfield.jobs.ingest;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StringType;
import org.meanfield.error.DataException;
import org.meanfield.jobs.spark.ImageColumn;
import org.meanfield.jobs.storage.ExecutorStorage;
import org.meanfield.jobs.storage.NamedColumn;
import org.meanfield.jobs.storage.PathName;
import org.meanfield.jobs.storage.Storage;

/**
 * Parquet with a row per image. The image is a binary column, a path, a struct with the bytes in
 * it, or Spark's own image struct; the label is text or a number.
 */
final class ParquetSource implements ImageSource {
  private final Dataset<Row> rows;
  private final Function<Row, SourceImage> reader;
  private final int minPartitions;
  private final Optional<String> weightColumn;
  private long count = -1;

  private ParquetSource(
      Dataset<Row> rows,
      Function<Row, SourceImage> reader,
      int minPartitions,
      Optional<String> weightColumn) {
    this.weightColumn = weightColumn;
    this.rows = rows;
    this.reader = reader;
    this.minPartitions = minPartitions;
  }

  static ParquetSource open(
      SparkSession spark, Storage storage, String input, IngestSettings.Columns columns) {
    Dataset<Row> table = table(spark, input);
    String folder = storage.isFolder(input) ? input : input.substring(0, input.lastIndexOf('/'));
    String imageColumn = imageColumn(input, table, columns);
    require(input, table, columns.label(), "ingest.label-column");
    DataType type = table.schema().apply(imageColumn).dataType();
    Column image = NamedColumn.of(imageColumn);
    Function<Row, SourceImage> reader;
    if (type instanceof StringType) {
      reader = new TabularImages.FromPath(new ExecutorStorage(spark), folder);
    } else {
      ImageColumn found =
          ImageColumn.of(imageColumn, type).orElseThrow(() -> notAnImage(input, imageColumn, type));
      image = found.value();
      reader = TabularImages.reader(found);
    }
    Column split =
        Arrays.asList(table.columns()).contains(columns.split())
            ? NamedColumn.of(columns.split()).cast("string")
            : lit(null).cast("string");
    columns.weight().ifPresent(name -> require(input, table, name, "ingest.weight-column"));
    Column weight = columns.weight().map(NamedColumn::of).orElse(lit(null));
    Dataset<Row> rows =
        table.select(
            origin(folder).as("origin"),
            image.as("image"),
            NamedColumn.of(columns.label()).cast("string").as("label"),
            split.as("split"),
            weight.cast("string").as("weight"));
    return new ParquetSource(
        rows,
        new TabularImages.Weighing(reader),
        spark.sparkContext().defaultParallelism(),
        columns.weight());
  }

  /** Spark reads a file's footer for the columns. */
  private static Dataset<Row> table(SparkSession spark, String input) {
    try {
      return spark.read().parquet(PathName.literal(input));
    } catch (Exception e) { // Spark's own are checked, and thrown undeclared
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      if (e instanceof AnalysisException
          || String.valueOf(cause.getMessage()).contains("Parquet")) {
        throw new DataException(
            input
                + " cannot be read as Parquet: "
                + cause.getMessage()
                + "; name a Parquet file or a folder of such, and get again what is damaged",
            e);
      }
      throw e;
    }
  }

  @Override
  public Optional<String> weightColumn() {
    return weightColumn;
  }

  @Override
  public String format() {
    return SourceFormat.PARQUET.id();
  }

  @Override
  public long count() {
    if (count < 0) {
      count = rows.count();
    }
    return count;
  }

  @Override
  public JavaRDD<SourceImage> images() {
    // One large file is one partition; Spark sorts before it deals rows out, so that a repeated
    // task gets the same ones.
    Dataset<Row> spread =
        rows.javaRDD().getNumPartitions() < minPartitions
            ? rows.repartition(minPartitions * 2)
            : rows;
    return spread.javaRDD().map(reader);
  }

  @Override
  public List<String> warnings() {
    return List.of();
  }

  /** File and row, relative to the input: independent of where the input is mounted. */
  private static Column origin(String folder) {
    Column file = col("_metadata.file_path");
    int from = folder.substring(folder.indexOf(':') + 1).replaceAll("^/+", "/").length() + 2;
    Column path = org.apache.spark.sql.functions.regexp_replace(file, "^[A-Za-z0-9+.-]+:/*", "/");
    return concat(path.substr(from, 4096), lit("#"), col("_metadata.row_index"));
  }

  private static String imageColumn(
      String input, Dataset<Row> table, IngestSettings.Columns columns) {
    List<String> present = Arrays.asList(table.columns());
    if (columns.image().isPresent()) {
      require(input, table, columns.image().get(), "ingest.image-column");
      return columns.image().get();
    }
    return TabularImages.IMAGE_COLUMNS.stream()
        .filter(present::contains)
        .findFirst()
        .orElseThrow(
            () ->
                new DataException(
                    input
                        + " has the columns "
                        + present
                        + ", none of "
                        + TabularImages.IMAGE_COLUMNS
                        + "; name the one with the images in ingest.image-column"));
  }

  private static void require(String input, Dataset<Row> table, String column, String setting) {
    List<String> present = Arrays.asList(table.columns());
    if (!present.contains(column)) {
      throw new DataException(
          input
              + " has no column '"
              + column
              + "', it has "
              + present
              + "; name the right one in "
              + setting);
    }
  }

  private static DataException notAnImage(String input, String column, DataType type) {
    return new DataException(
        input
            + ": the column '"
            + column
            + "' is "
            + type.simpleString()
            + "; expected binary, a path, a struct with 'bytes' or 'content', or Spark's image"
            + " struct");
  }
}
