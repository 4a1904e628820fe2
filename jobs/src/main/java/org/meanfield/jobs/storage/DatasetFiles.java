package org.meanfield.jobs.storage;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.meanfield.data.DatasetManifest;
import org.meanfield.data.DatasetManifest.DataFile;
import org.meanfield.data.DatasetManifest.Weights;
import org.meanfield.data.Sha256;
import org.meanfield.data.Split;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.error.DataException;

/**
 * A finished data set on any Hadoop file system: its manifest and its Parquet files, and where its
 * images were not written those in which they lie. The only way in which jobs read data sets.
 */
public final class DatasetFiles {
  /** SHA-256 of the encoded image, in hex; text. */
  public static final String ID = "id";

  /** Position in the class index; int. */
  public static final String LABEL = "label";

  /** The original encoded bytes; binary. */
  public static final String IMAGE = "image";

  /** In pixels; int. */
  public static final String HEIGHT = "height";

  /** In pixels; int. */
  public static final String WIDTH = "width";

  /** Channels in the encoded image; int. */
  public static final String CHANNELS = "channels";

  /** Where the image came from; text. */
  public static final String ORIGIN = "origin";

  /** How much the image's loss counts; double, in data sets that have weights. */
  public static final String WEIGHT = "weight";

  /** Where the image lies; long, in data sets whose images were not written. */
  public static final String ADDRESS = "address";

  /** The columns of every data file, in order; of one with weights see {@link #schema}. */
  public static final StructType SCHEMA =
      new StructType()
          .add(ID, DataTypes.StringType, false)
          .add(LABEL, DataTypes.IntegerType, false)
          .add(IMAGE, DataTypes.BinaryType, false)
          .add(HEIGHT, DataTypes.IntegerType, false)
          .add(WIDTH, DataTypes.IntegerType, false)
          .add(CHANNELS, DataTypes.IntegerType, false)
          .add(ORIGIN, DataTypes.StringType, false);

  private static final StructType WEIGHTED_SCHEMA = SCHEMA.add(WEIGHT, DataTypes.DoubleType, false);

  private final SparkSession spark;
  private final Storage storage;
  private final String uri;
  private final DatasetManifest manifest;

  private DatasetFiles(SparkSession spark, Storage storage, String uri, DatasetManifest manifest) {
    this.spark = spark;
    this.storage = storage;
    this.uri = uri;
    this.manifest = manifest;
  }

  /**
   * Opens a data set and compares its files with the manifest, by name and length.
   *
   * @param uri the data set's folder
   * @throws DataException where no finished data set is
   * @throws CorruptArtifactException where the manifest is damaged, a data file is missing or has
   *     another length, or a file of others with the images is not what it was
   */
  public static DatasetFiles open(SparkSession spark, Storage storage, String uri) {
    String folder = storage.qualify(uri);
    String manifestPath = folder + "/" + DatasetManifest.FILE;
    if (!storage.exists(manifestPath)) {
      throw new DataException(
          folder
              + " is not a finished data set: it has no "
              + DatasetManifest.FILE
              + "; make one with 'meanfield ingest --input IMAGES --output DATASET' and name that"
              + " (an ingest that was stopped is simply run again)");
    }
    DatasetManifest manifest = readManifest(storage, manifestPath);
    Map<Split, Map<String, Long>> found = new EnumMap<>(Split.class);
    for (DataFile file : manifest.files()) {
      String inFolder = folder + "/split=" + file.split().id();
      Map<String, Long> sizes =
          found.computeIfAbsent(file.split(), s -> storage.fileSizes(inFolder));
      Long bytes = sizes.get(file.path().substring(file.path().lastIndexOf('/') + 1));
      if (bytes == null || bytes != file.bytes()) {
        throw new CorruptArtifactException(
            folder
                + "/"
                + file.path()
                + " should have "
                + file.bytes()
                + " bytes, but "
                + (bytes == null ? "is missing" : "has " + bytes)
                + "; restore it, or ingest the data again into another folder");
      }
    }
    DatasetFiles data = new DatasetFiles(spark, storage, folder, manifest);
    data.changedImages()
        .ifPresent(
            change -> {
              throw change;
            });
    return data;
  }

  /** The columns of a data set's files, in order. */
  public static StructType schema(Optional<Weights> weights) {
    return weights.isPresent() ? WEIGHTED_SCHEMA : SCHEMA;
  }

  /** Those of a data set whose images were not written. */
  public static StructType schemaInPlace(Optional<Weights> weights) {
    StructField[] fields = schema(weights).fields().clone();
    int image = SCHEMA.fieldIndex(IMAGE);
    fields[image] = DataTypes.createStructField(ADDRESS, DataTypes.LongType, false);
    return new StructType(fields);
  }

  /**
   * After a failure: looks whether a file of others with this data set's images is still what it
   * was, which says more than what Spark met in it.
   *
   * @throws CorruptArtifactException naming a file that is not
   */
  public void requireImagesAfter(Exception failure) {
    Optional<CorruptArtifactException> change;
    try {
      change = changedImages();
    } catch (UncheckedIOException e) {
      failure.addSuppressed(e); // what failed first is what a person must read
      return;
    }
    if (change.isPresent()) {
      change.get().addSuppressed(failure);
      throw change.get();
    }
  }

  private Optional<CorruptArtifactException> changedImages() {
    return manifest.images().flatMap(images -> NotedFiles.change(storage, uri, images));
  }

  /** What the data set holds. */
  public DatasetManifest manifest() {
    return manifest;
  }

  /** The data set's folder, absolute, with scheme. */
  public String uri() {
    return uri;
  }

  /**
   * Absolute URIs of a split's files, in name order: each holds every class in proportion. For
   * counting and comparing; {@link #split} reads them, wherever the images lie.
   */
  public List<String> files(Split split) {
    return manifest.files(split).stream().map(file -> uri + "/" + file.path()).toList();
  }

  /**
   * The examples of one split, with the columns of {@link #SCHEMA}; lazy, read by the executors.
   *
   * @throws DataException where the data set has no such split
   */
  public Dataset<Row> split(Split split) {
    return read(split, SCHEMA);
  }

  /**
   * The same with the weights that are trained with: where the data set has weights, there is the
   * column {@link #WEIGHT}, a float: the example's weight divided by the training split's mean.
   *
   * @throws DataException where the data set has no such split
   */
  public Dataset<Row> weighted(Split split) {
    Dataset<Row> rows = read(split, schema(manifest.weights()));
    return manifest
        .weights()
        .map(
            weights ->
                rows.withColumn(
                    WEIGHT,
                    col(WEIGHT).divide(lit(weights.trainingMean())).cast(DataTypes.FloatType)))
        .orElse(rows);
  }

  private Dataset<Row> read(Split split, StructType schema) {
    List<String> files = files(split);
    if (files.isEmpty()) {
      throw new DataException(
          uri
              + " has no examples in its split '"
              + split.id()
              + "'; it has "
              + manifest.splits().keySet().stream().map(Split::id).toList());
    }
    String[] own = files.stream().map(PathName::literal).toArray(String[]::new);
    return manifest
        .images()
        .map(
            images ->
                ImagesInPlace.join(
                        spark,
                        images,
                        spark.read().schema(schemaInPlace(manifest.weights())).parquet(own),
                        manifest.examples(split))
                    .select(
                        Arrays.stream(schema.fieldNames())
                            .map(org.apache.spark.sql.functions::col)
                            .toArray(Column[]::new)))
        .orElseGet(() -> spark.read().schema(schema).parquet(own));
  }

  /**
   * Holds an example's bytes against its id, which is their digest: most altered bytes still decode
   * to some picture.
   *
   * @throws CorruptArtifactException where they are not those that were ingested
   */
  public static void requireUnaltered(String id, byte[] image) {
    String found = Sha256.hex(image);
    if (!found.equals(id)) {
      throw new CorruptArtifactException(
          "The data set's image "
              + id
              + " was altered: its bytes now have the digest "
              + found
              + "; restore the Parquet files, or ingest the data again into another folder");
    }
  }

  private static DatasetManifest readManifest(Storage storage, String path) {
    try {
      return DatasetManifest.fromJson(path, storage.readText(path));
    } catch (UncheckedIOException e) {
      throw new CorruptArtifactException(
          "The manifest cannot be read: " + e.getMessage() + "; restore it, or ingest again", e);
    }
  }
}
