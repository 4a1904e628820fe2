package org.meanfield.jobs.spark;

import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.meanfield.data.ImageSpec;
import scala.Tuple2;

/** The examples of a split, sharded to workers and kept where they are trained on. */
public final class WorkerData implements AutoCloseable {
  private final ShardRdd shards;
  private final List<Integer> sizes;

  private WorkerData(ShardRdd shards, List<Integer> sizes) {
    this.shards = shards;
    this.sizes = sizes;
  }

  /**
   * Shards a split: a pure function of its examples, the seed and the number of workers.
   *
   * @param rows with the columns {@code id}, {@code label} and {@code image}
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
    JavaPairRDD<ExampleKey, EncodedExample> examples =
        rows.select("id", "label", "image")
            .javaRDD()
            .mapToPair(
                row ->
                    new Tuple2<>(
                        ExampleKey.of(seed, row.getString(0)),
                        new EncodedExample(row.getInt(1), row.getAs(2))))
            .repartitionAndSortWithinPartitions(partitioner);
    ShardSource source = new ShardSource(UUID.randomUUID().toString(), spec, store);
    return new WorkerData(new ShardRdd(examples.rdd(), source), partitioner.sizes());
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

  @Override
  public void close() {
    LocalShards.release(shards.source());
  }

  ShardRdd shards() {
    return shards;
  }

  private JavaRDD<Tuple2<Integer, String>> placed() {
    return shards.toJavaRDD().map(shard -> new Tuple2<>(shard.worker(), Executor.location()));
  }
}
