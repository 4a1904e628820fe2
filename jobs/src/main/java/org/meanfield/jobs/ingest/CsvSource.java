package org.meanfield.jobs.ingest;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.trim;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
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
import org.meanfield.jobs.storage.PathName;
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
    requireUtf8(storage, file);
    Dataset<Row> lines =
        spark
            .read()
            .option("header", false)
            .option("escape", "\"")
            .option("sep", file.toLowerCase(Locale.ROOT).endsWith(".tsv") ? "\t" : ",")
            .csv(PathName.literal(file));
    if (lines.columns().length < 2) {
      throw new DataException(
          file
              + " has "
              + lines.columns().length
              + " columns; expected path,label on each line, with a comma between them (a tab in a"
              + " file named .tsv), in UTF-8");
    }
    List<String> header = firstLine(lines);
    boolean hasHeader = header.contains(columns.label());
    requireNoOtherHeader(file, header, columns);
    Positions at = hasHeader ? named(file, header, columns) : Positions.byOrder(header.size());
    if (columns.weight().isPresent() && at.weight() < 0) {
      throw new DataException(
          file
              + (hasHeader ? " has the columns " + header : " has no header")
              + "; name one of its header's columns in ingest.weight-column, found '"
              + columns.weight().get()
              + "'");
    }
    Dataset<Row> rows =
        lines.select(
            column(lines, at.path()).as("path"),
            column(lines, at.label()).as("label"),
            column(lines, at.split()).as("split"),
            column(lines, at.weight()).as("weight"));
    if (hasHeader) {
      rows =
          rows.where(
              column(lines, at.path())
                  .notEqual(header.get(at.path()))
                  .or(col(lines.columns()[at.label()]).notEqual(header.get(at.label()))));
    }
    JavaRDD<FileReference> files =
        // A line of separators alone is how spreadsheets write an empty one.
        rows.where(col("path").isNotNull().or(col("label").isNotNull()))
            .javaRDD()
            .map(row -> reference(folder, row));
    return ListedFiles.inTable(new ExecutorStorage(spark), files, columns.weight());
  }

  private static void requireUtf8(Storage storage, String file) {
    try (InputStream in = storage.open(file)) {
      int mark = in.read() << 8 | in.read();
      if (mark == 0xFFFE || mark == 0xFEFF) {
        throw new DataException(file + " is in UTF-16; save it as CSV in UTF-8");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": " + e.getMessage(), e);
    }
  }

  /** Taken for an image, the names of columns would be a puzzling reject. */
  private static void requireNoOtherHeader(
      String file, List<String> header, IngestSettings.Columns columns) {
    boolean names =
        columns.image().filter(header::contains).isPresent()
            || TabularImages.IMAGE_COLUMNS.contains(header.get(0));
    if (names && !header.contains(columns.label())) {
      throw new DataException(
          file
              + " has the columns "
              + header
              + ", and none is '"
              + columns.label()
              + "'; name the one with the labels in ingest.label-column");
    }
  }

  private static List<String> firstLine(Dataset<Row> lines) {
    Row first = lines.first();
    List<String> values = new ArrayList<>();
    for (int i = 0; i < first.length(); i++) {
      values.add(first.isNullAt(i) ? "" : first.getString(i).strip());
    }
    return values;
  }

  /** The values at a position, without blanks around them; nulls where it is negative. */
  private static Column column(Dataset<Row> lines, int position) {
    return position < 0 ? lit(null).cast("string") : trim(col(lines.columns()[position]));
  }

  /** True for the names of CSV files. */
  static boolean namesCsv(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".csv") || lower.endsWith(".tsv");
  }

  private static FileReference reference(String folder, Row row) {
    String path = row.isNullAt(0) || row.getString(0).isEmpty() ? null : row.getString(0);
    return new FileReference(
        path == null ? "a line without a path" : path,
        path == null ? null : TabularImages.resolve(folder, path),
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
