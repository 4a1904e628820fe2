package org.meanfield.jobs.ingest;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.DatasetManifest;
import org.meanfield.data.Normalization;
import org.meanfield.data.Split;
import org.meanfield.image.PngEncoder;
import org.meanfield.jobs.storage.DatasetFiles;
import org.meanfield.jobs.storage.Storage;

/** Makes small data sets for tests of everything that reads one. */
public final class TinyDatasets {
  /** Examples by split: train, validation, test; a third of each in each class. */
  private static final Map<Split, Integer> PER_CLASS =
      Map.of(Split.TRAIN, 12, Split.VALIDATION, 4, Split.TEST, 4);

  private TinyDatasets() {}

  /**
   * 60 colour images of 16x16 in three classes: 36 train, 12 validation, 12 test.
   *
   * @param folder must not exist; becomes the data set
   * @return its URI
   */
  public static String create(SparkSession spark, Path folder) {
    Storage storage = new Storage(spark.sparkContext().hadoopConfiguration());
    String uri = storage.qualify(folder.toString());
    List<DatasetManifest.DataFile> files = new ArrayList<>();
    for (Split split : Split.values()) {
      String target = uri + "/split=" + split.id();
      List<Row> rows = rows(split);
      spark.createDataFrame(rows, DatasetFiles.SCHEMA).coalesce(1).write().parquet(target);
      storage
          .fileSizes(target)
          .forEach(
              (name, bytes) -> {
                if (name.endsWith(".parquet")) {
                  files.add(
                      new DatasetManifest.DataFile(
                          split, "split=" + split.id() + "/" + name, rows.size(), bytes));
                }
              });
    }
    storage.writeText(uri + "/" + DatasetManifest.FILE, manifest(uri, files).toJson());
    return uri;
  }

  private static DatasetManifest manifest(String uri, List<DatasetManifest.DataFile> files) {
    Map<Split, DatasetManifest.SplitCounts> counts = new EnumMap<>(Split.class);
    PER_CLASS.forEach(
        (split, n) ->
            counts.put(
                split,
                new DatasetManifest.SplitCounts(3L * n, List.of((long) n, (long) n, (long) n))));
    int size = TinyImages.SIZE;
    return new DatasetManifest(
        "5eed".repeat(16),
        new ClassIndex(TinyImages.CLASSES),
        files,
        counts,
        new DatasetManifest.ImageSizes(size, size, size, size, size, size, Map.of(3, 60L)),
        Map.of(
            1, new Normalization(List.of(70f), List.of(70f)),
            3, new Normalization(List.of(70f, 70f, 70f), List.of(70f, 70f, 70f))),
        new DatasetManifest.Source(uri, "folder"),
        Map.of(),
        Map.of(),
        new DatasetManifest.Duplicates(0, 0, 0),
        List.of(),
        Optional.empty(),
        Optional.empty());
  }

  private static List<Row> rows(Split split) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < PER_CLASS.get(split); i++) {
      for (int label = 0; label < TinyImages.CLASSES.size(); label++) {
        String name = TinyImages.CLASSES.get(label);
        byte[] png = PngEncoder.encode(TinyImages.draw(name, 1000L * split.id().length() + i));
        String origin = split.id() + "/" + name + "/" + i + ".png";
        rows.add(
            RowFactory.create(
                sha256(png), label, png, TinyImages.SIZE, TinyImages.SIZE, 3, origin));
      }
    }
    return rows;
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256", e);
    }
  }
}
