package org.meanfield.jobs.ingest;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.trim;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.meanfield.error.DataException;
import org.meanfield.jobs.storage.ExecutorStorage;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.jobs.storage.StorageEntry;

/**
 * A CSV file with a line of path, label and perhaps split for each image. A first line that names
 * the label column is a header; without one the columns are in that order. Relative paths start at
 * the CSV's folder.
 */
final class CsvSource {
  private CsvSource() {}

  static ImageSource open(
      SparkSession spark, Storage storage, String input, IngestSettings.Columns columns) {
    String file = storage.isFolder(input) ? onlyCsvIn(storage, input) : input;
    String folder = file.substring(0, file.lastIndexOf('/'));
    Dataset<Row> lines =
        spark
            .read()
            .option("header", false)
            .option("escape", "\"")
            .option("sep", file.toLowerCase(Locale.ROOT).endsWith(".tsv") ? "\t" : ",")
            .csv(file);
    if (lines.columns().length < 2) {
      throw new DataException(
          file + " has " + lines.columns().length + " columns; expected path,label on each line");
    }
    Row first = lines.first();
    List<String> header = new ArrayList<>();
    for (int i = 0; i < first.length(); i++) {
      header.add(first.isNullAt(i) ? "" : first.getString(i).strip());
    }
    boolean hasHeader = header.contains(columns.label());
    Positions at = hasHeader ? named(file, header, columns) : Positions.byOrder(header.size());
    if (columns.weight().isPresent() && at.weight() < 0) {
      throw new DataException(
          file
              + (hasHeader ? " has the columns " + header : " has no header")
              + "; name one of its header's columns in ingest.weight-column, found '"
              + columns.weight().get()
              + "'");
    }
    Column path = trim(col(lines.columns()[at.path()]));
    Dataset<Row> rows =
        lines.select(
            path.as("path"),
            trim(col(lines.columns()[at.label()])).as("label"),
            at.split() < 0
                ? lit(null).cast("string").as("split")
                : trim(col(lines.columns()[at.split()])).as("split"),
            at.weight() < 0
                ? lit(null).cast("string").as("weight")
                : trim(col(lines.columns()[at.weight()])).as("weight"));
    if (hasHeader) {
      rows =
          rows.where(
              path.notEqual(header.get(at.path()))
                  .or(col(lines.columns()[at.label()]).notEqual(header.get(at.label()))));
    }
    JavaRDD<FileReference> files =
        rows.where(col("path").isNotNull()).javaRDD().map(row -> reference(folder, row));
    return new ListedFiles(
        SourceFormat.CSV, new ExecutorStorage(spark), files, List.of(), columns.weight());
  }

  /** True for the names of CSV files. */
  static boolean namesCsv(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".csv") || lower.endsWith(".tsv");
  }

  private static FileReference reference(String folder, Row row) {
    String path = row.getString(0);
    return new FileReference(
        path,
        TabularImages.resolve(folder, path),
        row.getString(1),
        row.getString(2),
        row.getString(3));
  }

  private static String onlyCsvIn(Storage storage, String folder) {
    List<String> found =
        storage.entries(folder).stream()
            .filter(entry -> !entry.isFolder() && namesCsv(entry.name()))
            .map(StorageEntry::path)
            .toList();
    if (found.size() != 1) {
      throw new DataException(
          folder + " has " + found.size() + " CSV files " + found + "; name the one to read");
    }
    return found.get(0);
  }

  private static Positions named(String file, List<String> header, IngestSettings.Columns columns) {
    List<String> candidates = columns.image().map(List::of).orElse(TabularImages.IMAGE_COLUMNS);
    int path =
        candidates.stream().mapToInt(header::indexOf).filter(i -> i >= 0).findFirst().orElse(-1);
    if (path < 0) {
      throw new DataException(
          file
              + " has the columns "
              + header
              + ", none of "
              + candidates
              + "; name the one with the paths in ingest.image-column");
    }
    return new Positions(
        path,
        header.indexOf(columns.label()),
        header.indexOf(columns.split()),
        columns.weight().map(header::indexOf).orElse(-1));
  }

  /** Where the columns are; split and weight -1 where there is none. */
  private record Positions(int path, int label, int split, int weight) {
    static Positions byOrder(int columns) {
      return new Positions(0, 1, columns > 2 ? 2 : -1, -1);
    }
  }
}
