package org.meanfield.jobs.spark;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import org.meanfield.data.ImageSpec;
import org.meanfield.jobs.storage.DatasetFiles;
import org.meanfield.train.ArrayExample;
import scala.Tuple2;

/** The examples of a split, sharded to workers and kept where they are trained on. */
public final class WorkerData implements AutoCloseable {
  private final ShardRdd shards;
  private final List<Integer> sizes;
  private final Releases releases = Releases.listening();

  WorkerData(ShardRdd shards, List<Integer> sizes) {
    this.shards = shards;
    this.sizes = sizes;
  }

  /**
   * Shards a split: a pure function of its examples, the seed and the number of workers.
   *
   * @param rows with the columns {@code id}, {@code label} and {@code image}, and perhaps {@code
   *     weight} (float, of mean 1)
   * @param count number of rows
   * @param workers number of shards K
   */
  public static WorkerData shard(
      Dataset<Row> rows, long count, int workers, long seed, ImageSpec spec) {
    return shard(rows, count, workers, seed, spec, StoreChoice.DECODED);
  }

  /** As above, with another local store; the examples are the same. */
  public static WorkerData shard(
      Dataset<Row> rows, long count, int workers, long seed, ImageSpec spec, StoreChoice store) {
    JavaRDD<Long> positions =
        rows.select("id").javaRDD().map(row -> ExampleKey.positionOf(seed, row.getString(0)));
    ShardPartitioner partitioner = ShardPartitioner.of(positions, count, workers);
    ShardName name = new ShardName(UUID.randomUUID().toString(), 0);
    ImageStore kept = new ImageStore(spec, store);
    ShardRdd shards =
        Arrays.asList(rows.columns()).contains(DatasetFiles.WEIGHT)
            ? weighted(rows, seed, partitioner, name, kept)
            : plain(rows, seed, partitioner, name, kept);
    return new WorkerData(shards, partitioner.sizes());
  }

  private static ShardRdd plain(
      Dataset<Row> rows, long seed, ShardPartitioner partitioner, ShardName name, ImageStore kept) {
    JavaPairRDD<ExampleKey, EncodedExample> examples =
        rows.select("id", "label", "image")
            .javaRDD()
            .mapToPair(row -> new Tuple2<>(ExampleKey.of(seed, row.getString(0)), encoded(row)))
            .repartitionAndSortWithinPartitions(partitioner);
    return new ShardRdd(examples.rdd(), name, kept);
  }

  private static ShardRdd weighted(
      Dataset<Row> rows, long seed, ShardPartitioner partitioner, ShardName name, ImageStore kept) {
    JavaPairRDD<ExampleKey, Weighted<EncodedExample>> examples =
        rows.select("id", "label", "image", DatasetFiles.WEIGHT)
            .javaRDD()
            .mapToPair(
                row ->
                    new Tuple2<>(
                        ExampleKey.of(seed, row.getString(0)),
                        new Weighted<>(encoded(row), row.getFloat(3))))
            .repartitionAndSortWithinPartitions(partitioner);
    return new ShardRdd(examples.rdd(), name, new WeightedStore<>(kept));
  }

  private static EncodedExample encoded(Row row) {
    return new EncodedExample(row.getInt(1), row.getAs(2));
  }

  /**
   * Shards arrays: a pure function of the examples, the seed and the number of workers. Equal
   * examples lie with one worker, so that shards may differ in size where there are many.
   *
   * @param examples at least one; computed twice here, and again where a shard is lost
   * @param features values of an example's features
   * @param targets values of its targets
   * @param workers number of shards K
   * @param owner unique in the application; executors forget what it had before
   * @param generation counted up by the owner
   */
  public static WorkerData shardArrays(
      JavaRDD<ArrayExample> examples,
      int features,
      int targets,
      int workers,
      long seed,
      String owner,
      int generation) {
    JavaRDD<Long> positions =
        examples
            .map(example -> ExampleKey.positionOf(seed, example.id()))
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      ShardPartitioner partitioner = ShardPartitioner.of(positions, positions.count(), workers);
      ArrayStore store = new ArrayStore(features, targets, partitioner.count(positions));
      JavaPairRDD<ExampleKey, ArrayExample> keyed =
          examples
              .mapToPair(example -> new Tuple2<>(ExampleKey.of(seed, example.id()), example))
              .repartitionAndSortWithinPartitions(partitioner);
      ShardName name = new ShardName(owner, generation);
      return new WorkerData(new ShardRdd(keyed.rdd(), name, store), store.sizes());
    } finally {
      positions.unpersist();
    }
  }

  /** Brings every shard to an executor; until then nothing is decoded. */
  public void load() {
    placed().collect().forEach(placement -> shards.shardIsAt(placement._1(), placement._2()));
  }

  /** Examples of each worker, in worker order. */
  public List<Integer> sizes() {
    return sizes;
  }

  /** Where the shards lie now, as far as is known, in Spark's form of executors' locations. */
  public Set<String> homes() {
    return shards.homes();
  }

  /** Frees the shards on all executors. */
  @Override
  public void close() {
    releases.everywhere(shards.shardName().id());
  }

  ShardRdd shards() {
    return shards;
  }

  private JavaRDD<Tuple2<Integer, String>> placed() {
    return shards.toJavaRDD().map(shard -> new Tuple2<>(shard.worker(), Executor.location()));
  }
}
