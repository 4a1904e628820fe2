package org.meanfield.jobs.spark;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.Partition;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import org.meanfield.train.WorkerExamples;
import scala.Tuple2;
import scala.collection.Iterator;
import scala.collection.JavaConverters;
import scala.collection.Seq;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * One partition for each worker, its one element the worker's shard in the executor's local store.
 * A task is sent to where the shard lies; anywhere else, and after a loss, the shard is rebuilt
 * from the shuffle underneath.
 */
final class ShardRdd extends RDD<Shard> {
  private static final long serialVersionUID = 1L;
  private static final ClassTag<Shard> SHARD = ClassTag$.MODULE$.apply(Shard.class);

  @SuppressWarnings("rawtypes")
  private static final ClassTag<Tuple2> PAIR = ClassTag$.MODULE$.apply(Tuple2.class);

  private final ShardSource source;
  private final transient Map<Integer, String> homes = new ConcurrentHashMap<>();

  ShardRdd(RDD<Tuple2<ExampleKey, EncodedExample>> examples, ShardSource source) {
    super(examples, SHARD);
    this.source = source;
  }

  /**
   * On the driver: where the worker's shard lies now, in Spark's form of an executor's location.
   */
  void shardIsAt(int worker, String location) {
    homes.put(worker, location);
  }

  /** On the driver: where the worker's shard lies, as far as is known. */
  Optional<String> home(int worker) {
    return Optional.ofNullable(homes.get(worker));
  }

  /** On the driver: where shards lie. */
  Set<String> homes() {
    return Set.copyOf(homes.values());
  }

  ShardSource source() {
    return source;
  }

  @Override
  public Partition[] getPartitions() {
    return firstParent(PAIR).partitions();
  }

  @Override
  public Seq<String> getPreferredLocations(Partition partition) {
    String home = homes.get(partition.index());
    List<String> locations = home == null ? List.of() : List.of(home);
    return JavaConverters.asScalaBuffer(locations);
  }

  @Override
  @SuppressWarnings("unchecked")
  public Iterator<Shard> compute(Partition partition, TaskContext context) {
    Iterable<Tuple2<ExampleKey, EncodedExample>> lineage =
        () ->
            JavaConverters.asJavaIterator(
                (Iterator<Tuple2<ExampleKey, EncodedExample>>)
                    (Iterator<?>) firstParent(PAIR).iterator(partition, context));
    WorkerExamples examples = LocalShards.get(source, partition.index(), lineage);
    return JavaConverters.asScalaIterator(
        Collections.singleton(new Shard(partition.index(), examples)).iterator());
  }
}
