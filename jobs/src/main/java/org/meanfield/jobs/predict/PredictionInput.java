package org.meanfield.jobs.predict;

import static org.apache.spark.sql.Encoders.STRING;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;

import java.util.Arrays;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.meanfield.data.DatasetManifest;
import org.meanfield.data.Split;
import org.meanfield.error.DataException;
import org.meanfield.error.SettingsException;
import org.meanfield.jobs.storage.DatasetFiles;
import org.meanfield.jobs.storage.PathName;
import org.meanfield.jobs.storage.Storage;

/**
 * The images to classify.
 *
 * @param identity what they are, to tell whether an earlier output was made from the same
 * @param images lazy, with columns {@link #ID} (null where it is still to be computed), {@link
 *     #PATH}, {@link #IMAGE} (null for a file too big to be an image)
 */
record PredictionInput(Identity identity, Dataset<Row> images) {
  static final String ID = "id";

  /** The kind of input that is files; see {@link Identity}. */
  static final String FILES = "files";

  static final String PATH = "path";
  static final String IMAGE = "image";

  /** Above this a file is not even read: an archive or a video among the images. */
  static final long MAX_FILE_BYTES = 256L << 20;

  private static final String OPEN_COST = "spark.sql.files.openCostInBytes";

  /**
   * Spark weighs an image file by its size plus this; its default of 4 MB would make a task of
   * every 32 small images.
   */
  private static final long OPEN_COST_BYTES = 64L << 10;

  /**
   * What tells one input from another.
   *
   * @param kind {@code dataset} or {@code files}
   * @param uri absolute
   * @param split of a data set; empty for all of it, or for files
   * @param digest of a data set: its own; of files: over their paths, lengths and times
   * @param examples how many images or files there are
   */
  record Identity(String kind, String uri, String split, String digest, long examples) {
    /** For a person. */
    String told() {
      return examples
          + (kind.equals(FILES) ? " files" : " images")
          + " of "
          + uri
          + (split.isEmpty() ? "" : ", split " + split)
          + " with the digest "
          + digest;
    }
  }

  /**
   * Finds out what lies at the input's URI.
   *
   * @throws DataException where nothing is there
   */
  static PredictionInput of(SparkSession spark, Storage storage, PredictSettings settings) {
    PredictionInput input =
        storage.exists(settings.input() + "/" + DatasetManifest.FILE)
            ? dataset(spark, storage, settings)
            : files(spark, storage, settings);
    if (input.identity.examples() == 0) {
      throw new DataException(
          "There is nothing to classify at "
              + input.identity.uri()
              + ": no file was found; check predict.input");
    }
    return input;
  }

  private static PredictionInput dataset(
      SparkSession spark, Storage storage, PredictSettings settings) {
    SparkSession own = spark.newSession();
    // A file is a task, and all are of one size: how evenly they keep the cores busy can be told.
    own.conf().set(OPEN_COST, own.conf().get("spark.sql.files.maxPartitionBytes"));
    DatasetFiles files = DatasetFiles.open(own, storage, settings.input());
    DatasetManifest manifest = files.manifest();
    Optional<Split> split = settings.split();
    Dataset<Row> rows =
        split
            .or(() -> manifest.splits().keySet().stream().findFirst())
            .map(files::split)
            .orElseThrow(() -> new DataException(files.uri() + " holds no examples"));
    if (split.isEmpty()) {
      for (Split more : manifest.splits().keySet().stream().skip(1).toList()) {
        rows = rows.unionByName(files.split(more));
      }
    }
    Dataset<Row> images =
        rows.select(
            col(DatasetFiles.ID).as(ID),
            col(DatasetFiles.ORIGIN).as(PATH),
            col(DatasetFiles.IMAGE).as(IMAGE));
    Identity identity =
        new Identity(
            "dataset",
            files.uri(),
            split.map(Split::id).orElse(""),
            manifest.digest(),
            split.map(manifest::examples).orElse(manifest.examples()));
    return new PredictionInput(identity, EvenTasks.of(images, ID));
  }

  private static PredictionInput files(
      SparkSession spark, Storage storage, PredictSettings settings) {
    if (settings.split().isPresent()) {
      throw new SettingsException(
          "'predict.split' is "
              + settings.split().get().id()
              + ", but "
              + settings.input()
              + " is no data set (it has no "
              + DatasetManifest.FILE
              + "); leave the split out, or name a data set");
    }
    String uri = storage.qualify(settings.input());
    // A pattern is a name where a file or folder has it.
    Dataset<Row> listed = listing(spark, storage.exists(uri) ? PathName.literal(uri) : uri);
    Row sums =
        listed
            .select(
                expr("count(*)"), expr("hex(bit_xor(xxhash64(path, length, modificationTime)))"))
            .head();
    String digest = sums.isNullAt(1) ? "" : sums.getString(1);
    Dataset<Row> images =
        named(listed.where(col("length").leq(MAX_FILE_BYTES)), col("content"))
            .union(
                named(
                    listed.where(col("length").gt(MAX_FILE_BYTES)),
                    lit(null).cast(DataTypes.BinaryType)));
    // Spark lists files of length zero, but leaves them out when reading.
    String[] all = listed.inputFiles();
    requireReadable(all);
    if (all.length > sums.getLong(0)) {
      Dataset<Row> empty =
          listed
              .sparkSession()
              .createDataset(Arrays.stream(all).map(PathName::unescaped).toList(), STRING())
              .toDF(PATH)
              .except(listed.select(PATH));
      images = images.union(named(empty, lit(new byte[0])));
    }
    return new PredictionInput(new Identity(FILES, uri, "", digest, all.length), images);
  }

  /** Hadoop's checksum files for a local disk cannot be named after such a file. */
  private static void requireReadable(String... files) {
    for (String file : files) {
      if (file.startsWith("file:") && file.lastIndexOf(':') > file.lastIndexOf('/')) {
        throw new DataException(
            "Spark reads no file with a colon in its name from a local disk: "
                + PathName.unescaped(file)
                + "; rename it, or ingest the folder and give the data set");
      }
    }
  }

  private static Dataset<Row> named(Dataset<Row> files, Column image) {
    return files.select(lit(null).cast(DataTypes.StringType).as(ID), col(PATH), image.as(IMAGE));
  }

  /**
   * Spark lists folders itself, many at a time, and reads a file's content only where asked for.
   */
  private static Dataset<Row> listing(SparkSession spark, String uri) {
    SparkSession own = spark.newSession();
    own.conf().set(OPEN_COST, OPEN_COST_BYTES);
    try {
      return own.read().format("binaryFile").option("recursiveFileLookup", "true").load(uri);
    } catch (Exception e) {
      if (e instanceof org.apache.spark.sql.AnalysisException) {
        throw new DataException("There is nothing to classify at " + uri + ": " + firstLine(e), e);
      }
      throw e;
    }
  }

  private static String firstLine(Exception e) {
    return Arrays.stream(String.valueOf(e.getMessage()).split("\n")).findFirst().orElse("");
  }
}
