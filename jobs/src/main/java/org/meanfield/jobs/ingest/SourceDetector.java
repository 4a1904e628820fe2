package org.meanfield.jobs.ingest;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.SparkSession;
import org.meanfield.data.DatasetManifest;
import org.meanfield.error.DataException;
import org.meanfield.error.SettingsException;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.jobs.storage.StorageEntry;

/** Finds out which format an input has, and opens it. */
final class SourceDetector {
  private static final int SHOWN = 8;

  private SourceDetector() {}

  /**
   * Opens the input.
   *
   * @throws DataException where nothing is there, or its format cannot be told
   */
  static ImageSource open(SparkSession spark, Storage storage, IngestSettings settings) {
    String input = storage.qualify(settings.input()).replaceAll("(?<=[^/:])/+$", "");
    if (!storage.exists(input)) {
      throw new DataException("The input " + input + " does not exist; check ingest.input");
    }
    if (settings.format() == SourceFormat.AUTO && isDataset(storage, input)) {
      throw new DataException(
          input
              + " is a data set already (it has a "
              + DatasetManifest.FILE
              + "): train with it as it is; to pack its images anew, ingest what it was made of, or"
              + " name the format with --format");
    }
    SourceFormat format =
        settings.format() == SourceFormat.AUTO ? detect(storage, input) : settings.format();
    if (settings.columns().weight().isPresent()
        && (format == SourceFormat.FOLDER || format == SourceFormat.IDX)) {
      throw new SettingsException(
          "ingest.weight-column is set, and the input "
              + input
              + " ("
              + format.id()
              + ") has no columns; leave it out, or ingest Parquet or CSV");
    }
    return switch (format) {
      case FOLDER -> FolderSource.open(spark, storage, input);
      case IDX -> IdxSource.open(spark, storage, input);
      case PARQUET -> ParquetSource.open(spark, storage, input, settings.columns());
      case CSV -> CsvSource.open(spark, storage, input, settings.columns());
      case AUTO -> throw new IllegalStateException("Detection always names a format");
    };
  }

  /** Other programs, too, leave a dataset.json beside their folders of images. */
  private static boolean isDataset(Storage storage, String input) {
    return storage.exists(input + "/" + DatasetManifest.FILE)
        && storage.list(input).stream().anyMatch(name -> name.startsWith("split="));
  }

  private static SourceFormat detect(Storage storage, String input) {
    boolean folder = storage.isFolder(input);
    List<String> seen = new ArrayList<>();
    Set<SourceFormat> possible = EnumSet.noneOf(SourceFormat.class);
    if (folder) {
      for (StorageEntry entry : storage.entries(input)) {
        if (!entry.isHidden()) {
          seen.add(entry.name() + (entry.isFolder() ? "/" : ""));
          suggest(entry, possible);
        }
      }
    } else {
      String name = input.substring(input.lastIndexOf('/') + 1);
      seen.add(name);
      suggest(new StorageEntry(name, input, StorageEntry.Kind.FILE, 0, Instant.EPOCH), possible);
    }
    if (possible.size() == 1) {
      return possible.iterator().next();
    }
    List<String> shown = seen.subList(0, Math.min(SHOWN, seen.size()));
    throw new DataException(
        "The format of "
            + input
            + " cannot be told: "
            + (possible.isEmpty()
                ? "nothing in it fits"
                : possible.stream().map(SourceFormat::id).toList() + " all fit")
            + "; it holds "
            + seen.size()
            + " entries: "
            + String.join(", ", shown)
            + (seen.size() > SHOWN ? ", ..." : "")
            + ". Expected a folder per class, IDX files, Parquet files, or one CSV file; name the"
            + " format with --format folder|idx|parquet|csv");
  }

  private static void suggest(StorageEntry entry, Set<SourceFormat> possible) {
    if (entry.isFolder()) {
      // Parquet writers name partition folders column=value.
      possible.add(entry.name().contains("=") ? SourceFormat.PARQUET : SourceFormat.FOLDER);
    } else if (IdxSource.namesImages(entry.name())) {
      possible.add(SourceFormat.IDX);
    } else if (entry.name().endsWith(".parquet")) {
      possible.add(SourceFormat.PARQUET);
    } else if (CsvSource.namesCsv(entry.name())) {
      possible.add(SourceFormat.CSV);
    }
  }
}
