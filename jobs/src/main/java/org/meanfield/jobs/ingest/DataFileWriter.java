package org.meanfield.jobs.ingest;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.udf;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.PairFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.meanfield.data.DatasetManifest.DataFile;
import org.meanfield.data.Split;
import org.meanfield.jobs.storage.DatasetFiles;
import org.meanfield.jobs.storage.Storage;
import scala.Tuple2;

/**
 * Writes the data files. Within a file the classes take turns, each in the order of its ids, so
 * that the content of every file follows from the data set alone.
 */
final class DataFileWriter {
  /** Up to here positions travel to every executor, which spares the images one shuffle. */
  private static final long MAX_BROADCAST_ROWS = 2_000_000;

  private static final int ROW_GROUP_BYTES = 32 << 20;
  private static final Pattern PART = Pattern.compile("part-(\\d+)-.*\\.parquet");

  private final SparkSession spark;
  private final Storage storage;
  private final StructType schema;
  private final StructType placed;

  /**
   * @param schema of the data files, with or without weights
   */
  DataFileWriter(SparkSession spark, Storage storage, StructType schema) {
    this.spark = spark;
    this.storage = storage;
    this.schema = schema;
    this.placed =
        schema
            .add("file", DataTypes.IntegerType, false)
            .add("position", DataTypes.IntegerType, false);
  }

  /**
   * Writes {@code folder/split=.../part-....parquet}.
   *
   * @param checked rows of {@link ImageCheck}
   * @param unique rows of {@link UniqueExamples}
   * @param folder new
   */
  List<DataFile> write(
      Dataset<Row> checked, Dataset<Row> unique, FileLayout layout, String folder) {
    JavaRDD<Row> rows =
        place(checked, unique, layout)
            .javaRDD()
            .mapToPair(new ByFile())
            .partitionBy(new OnePartitionPerFile(layout.files().size()))
            .values();
    String flat = folder + "/written";
    spark
        .createDataFrame(rows, placed)
        .sortWithinPartitions("position", "label")
        .select(columns(schema))
        .write()
        .option("compression", "zstd")
        .option("parquet.block.size", ROW_GROUP_BYTES)
        .option("parquet.enable.dictionary#" + DatasetFiles.IMAGE, "false")
        .option("parquet.enable.dictionary#" + DatasetFiles.ID, "false")
        .option("parquet.enable.dictionary#" + DatasetFiles.ORIGIN, "false")
        .parquet(flat);
    return nameFiles(flat, layout, folder);
  }

  private Dataset<Row> place(Dataset<Row> checked, Dataset<Row> unique, FileLayout layout) {
    Column position =
        row_number().over(Window.partitionBy("split", "label").orderBy("id")).minus(1);
    Dataset<Row> positions =
        unique
            .withColumn("position", position)
            .withColumn(
                "file",
                udf(layout, DataTypes.IntegerType)
                    .apply(col("split"), col("label"), col("position")))
            .select("key", "label", "file", "position");
    long rows = layout.files().stream().mapToLong(FileLayout.File::examples).sum();
    return checked
        .drop("label")
        .join(rows <= MAX_BROADCAST_ROWS ? broadcast(positions) : positions, "key")
        .select(columns(placed));
  }

  private static Column[] columns(StructType schema) {
    return Arrays.stream(schema.fieldNames())
        .map(org.apache.spark.sql.functions::col)
        .toArray(Column[]::new);
  }

  /** Gives the files names that follow from the content, not from the job that wrote them. */
  private List<DataFile> nameFiles(String flat, FileLayout layout, String folder) {
    Map<Integer, String> written = new TreeMap<>();
    Map<String, Long> sizes = storage.fileSizes(flat);
    for (String name : sizes.keySet()) {
      Matcher matcher = PART.matcher(name);
      if (matcher.matches()) {
        written.put(Integer.parseInt(matcher.group(1)), name);
      }
    }
    List<DataFile> files = new ArrayList<>();
    for (int number = 0; number < layout.files().size(); number++) {
      FileLayout.File file = layout.files().get(number);
      String name = written.get(number);
      if (name == null) {
        throw new IllegalStateException(
            "Spark wrote no file for partition " + number + " to " + flat);
      }
      storage.rename(flat + "/" + name, folder + "/" + file.path());
      files.add(
          new DataFile(
              Split.parse(file.split()).orElseThrow(),
              file.path(),
              file.examples(),
              sizes.get(name)));
    }
    storage.delete(flat);
    return files;
  }

  private record ByFile() implements PairFunction<Row, Integer, Row> {
    private static final long serialVersionUID = 1L;

    @Override
    public Tuple2<Integer, Row> call(Row row) {
      return new Tuple2<>(row.<Integer>getAs("file"), row);
    }
  }

  /** The file number is the partition: a hash would put two files into one partition. */
  private static final class OnePartitionPerFile extends Partitioner implements Serializable {
    private static final long serialVersionUID = 1L;
    private final int files;

    OnePartitionPerFile(int files) {
      this.files = files;
    }

    @Override
    public int numPartitions() {
      return files;
    }

    @Override
    public int getPartition(Object key) {
      return (Integer) key;
    }
  }
}
