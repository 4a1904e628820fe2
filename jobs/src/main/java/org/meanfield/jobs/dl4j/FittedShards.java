package org.meanfield.jobs.dl4j;

import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.meanfield.engine.nd4j.ExampleShape;
import org.meanfield.jobs.spark.WorkerData;

/**
 * The shards of the data that was fitted last: a program that fits the same RDD for many epochs has
 * them made once. Not thread-safe.
 */
final class FittedShards implements AutoCloseable {
  private final String owner;
  private Optional<Current> current = Optional.empty();
  private Optional<Integer> workers = Optional.empty();
  private int generation;

  /**
   * Holds nothing yet.
   *
   * @param owner unique in the application
   */
  FittedShards(String owner) {
    this.owner = owner;
  }

  /**
   * Data on the executors.
   *
   * @param key what it was made of
   * @param spark whose executors these are
   * @param shape of its examples
   * @param shards of the workers
   */
  record Current(String key, JavaSparkContext spark, ExampleShape shape, WorkerData shards) {
    /** True while its application runs. */
    boolean isAlive() {
      return !spark.sc().isStopped();
    }

    boolean isOf(JavaSparkContext context, FitData<?> data) {
      return key.equals(data.key()) && spark.sc().equals(context.sc()) && isAlive();
    }
  }

  /**
   * The shards of this data; empty where it has no example.
   *
   * @param asked number of workers; where empty, as many as tasks run at once, asked once
   */
  Optional<Current> of(
      JavaSparkContext spark,
      FitData<?> data,
      Optional<Integer> asked,
      long seed,
      FitEvents events) {
    if (current.isEmpty() || !current.get().isOf(spark, data)) {
      long start = System.currentTimeMillis();
      close();
      if (workers.isEmpty()) {
        workers = Optional.of(asked.orElseGet(spark::defaultParallelism));
      }
      current = data.shape().map(shape -> shard(spark, data, shape, seed));
      current.ifPresent(
          made ->
              events.took(
                  FitTimes.SHARD,
                  start,
                  made.shards().sizes().stream().mapToLong(Integer::longValue).sum()));
    }
    return current;
  }

  private Current shard(JavaSparkContext spark, FitData<?> data, ExampleShape shape, long seed) {
    generation++;
    WorkerData shards =
        WorkerData.shardArrays(
            data.examples(shape),
            shape.featureValues(),
            shape.targets(),
            workers.orElseThrow(),
            seed,
            owner,
            generation);
    shards.load();
    return new Current(data.key(), spark, shape, shards);
  }

  @Override
  public void close() {
    current.ifPresent(made -> made.shards().close());
    current = Optional.empty();
  }
}
