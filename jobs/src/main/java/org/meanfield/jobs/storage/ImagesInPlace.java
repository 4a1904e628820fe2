package org.meanfield.jobs.storage;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.udf;

import java.io.Serializable;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.meanfield.data.ImageFiles;
import org.meanfield.data.ImageFiles.ImageFile;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.error.DataException;

/** Images that stay in the Parquet files of others: noted, held against the notes, and read. */
public final class ImagesInPlace {
  /** Up to here facts travel to every executor, which spares the images a shuffle. */
  private static final long MAX_BROADCAST_ROWS = 500_000;

  /** Spark's hidden column about the file that a row is read from. */
  public static final String METADATA = "_metadata";

  private ImagesInPlace() {}

  /**
   * Notes files as they are now.
   *
   * @param column of {@link ImageFiles}
   * @param uris absolute, with scheme, unescaped
   * @throws DataException where one is missing
   */
  public static ImageFiles note(Storage storage, List<String> column, Collection<String> uris) {
    Map<String, ImageFile> found = find(storage, uris);
    return new ImageFiles(
        column,
        uris.stream()
            .sorted()
            .map(
                uri ->
                    Optional.ofNullable(found.get(uri))
                        .orElseThrow(
                            () ->
                                new DataException(
                                    "The file " + uri + " of the DataFrame to train on is gone")))
            .toList());
  }

  /**
   * The address of each row of a DataFrame.
   *
   * @param rows read from no other files than these, each row from a place in one
   */
  public static Column address(ImageFiles images, Dataset<Row> rows) {
    Column metadata = rows.metadataColumn(METADATA);
    return udf(new Address(images.positions()), DataTypes.LongType)
        .apply(metadata.getField("file_path"), metadata.getField("row_index"));
  }

  /** What became of a file since it was noted; empty where all are as they were. */
  static Optional<CorruptArtifactException> change(
      Storage storage, String dataset, ImageFiles images) {
    Map<String, ImageFile> found =
        find(storage, images.files().stream().map(ImageFile::uri).toList());
    return images.files().stream()
        .filter(noted -> !noted.equals(found.get(noted.uri())))
        .findFirst()
        .map(
            noted -> {
              ImageFile now = found.get(noted.uri());
              return new CorruptArtifactException(
                  noted.uri()
                      + ", which holds images of the data set "
                      + dataset
                      + ", "
                      + (now == null
                          ? "is missing"
                          : "was changed: it had " + told(noted) + ", now " + told(now))
                      + "; restore it, or read the DataFrame again and fit on that");
            });
  }

  /** Rows with their images. The others' columns are those of a data set without images. */
  static Dataset<Row> join(SparkSession spark, ImageFiles images, Dataset<Row> facts, long count) {
    String[] files = images.files().stream().map(ImageFile::uri).toArray(String[]::new);
    Dataset<Row> source = spark.read().schema(schema(images.column())).parquet(files);
    Column image = col(quoted(images.column().get(0)));
    for (String field : images.column().subList(1, images.column().size())) {
      image = image.getField(field);
    }
    Dataset<Row> addressed =
        source.select(
            address(images, source).as(DatasetFiles.ADDRESS), image.as(DatasetFiles.IMAGE));
    Dataset<Row> joined =
        addressed.join(
            count <= MAX_BROADCAST_ROWS ? broadcast(facts) : facts, DatasetFiles.ADDRESS);
    Column unaltered =
        udf(new Unaltered(), DataTypes.BinaryType)
            .apply(col(DatasetFiles.ID), col(DatasetFiles.IMAGE));
    return joined.withColumn(DatasetFiles.IMAGE, unaltered);
  }

  /** The files are others' and may be replaced while they are read. */
  private record Unaltered() implements UDF2<String, byte[], byte[]>, Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public byte[] call(String id, byte[] image) {
      DatasetFiles.requireUnaltered(id, image == null ? new byte[0] : image);
      return image;
    }
  }

  private static StructType schema(List<String> column) {
    DataType type = DataTypes.BinaryType;
    for (int depth = column.size() - 1; depth > 0; depth--) {
      type = new StructType().add(column.get(depth), type);
    }
    return new StructType().add(column.get(0), type);
  }

  private static String quoted(String column) {
    return "`" + column.replace("`", "``") + "`";
  }

  /** One listing of each folder: asking for each file takes long where there are many. */
  private static Map<String, ImageFile> find(Storage storage, Collection<String> uris) {
    Map<String, ImageFile> found = new HashMap<>();
    uris.stream()
        .map(uri -> uri.substring(0, uri.lastIndexOf('/')))
        .distinct()
        .filter(storage::exists)
        .forEach(
            folder ->
                storage
                    .entries(folder)
                    .forEach(
                        entry -> {
                          String uri = folder + "/" + entry.name();
                          found.put(
                              uri,
                              new ImageFile(uri, entry.bytes(), entry.modified().toEpochMilli()));
                        }));
    return found;
  }

  private static String told(ImageFile file) {
    return file.bytes() + " bytes of " + Instant.ofEpochMilli(file.modified());
  }

  /** From a row's file, as Spark writes it, and position in it to its address. */
  private record Address(Map<String, Integer> positions)
      implements UDF2<String, Long, Long>, Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public Long call(String file, Long row) {
      String uri = Storage.unescaped(file);
      Integer position = positions.get(uri);
      if (position == null) {
        throw new DataException(
            uri
                + " came to the DataFrame's files while it was read; read the DataFrame again and"
                + " fit on that");
      }
      return ImageFiles.address(position, row);
    }
  }
}
