package org.meanfield.jobs.storage;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.udf;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
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
import org.meanfield.error.DataException;

/**
 * Images that stay in the Parquet files of others, read where they lie. A row's address, of its
 * file and its position in it, finds the image; {@link NotedFiles} tells whether the files are
 * still those that the addresses were made for.
 */
public final class ImagesInPlace {
  /** Spark's hidden column about the file that a row is read from. */
  public static final String METADATA = "_metadata";

  /** Up to here facts travel to every executor, which spares the images a shuffle. */
  private static final long MAX_BROADCAST_ROWS = 500_000;

  private ImagesInPlace() {}

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

  /**
   * A data set's rows with their images, found by address.
   *
   * @param facts the rows as they are in the data set, all but the images
   * @param count how many there are
   */
  static Dataset<Row> join(SparkSession spark, ImageFiles images, Dataset<Row> facts, long count) {
    String[] files =
        images.files().stream().map(ImageFile::uri).map(PathName::literal).toArray(String[]::new);
    Dataset<Row> source = spark.read().schema(schema(images.column())).parquet(files);
    Column image = NamedColumn.of(images.column().get(0));
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

  private static StructType schema(List<String> column) {
    DataType type = DataTypes.BinaryType;
    for (int depth = column.size() - 1; depth > 0; depth--) {
      type = new StructType().add(column.get(depth), type);
    }
    return new StructType().add(column.get(0), type);
  }

  /** From a row's file, as Spark writes it, and position in it to its address. */
  private record Address(Map<String, Integer> positions)
      implements UDF2<String, Long, Long>, Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public Long call(String file, Long row) {
      String uri = PathName.unescaped(file);
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

  /** The files are others' and may be replaced while they are read. */
  private record Unaltered() implements UDF2<String, byte[], byte[]>, Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public byte[] call(String id, byte[] image) {
      DatasetFiles.requireUnaltered(id, image == null ? new byte[0] : image);
      return image;
    }
  }
}
