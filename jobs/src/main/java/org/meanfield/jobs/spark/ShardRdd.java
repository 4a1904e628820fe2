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

  private final ShardName name;
  private final ShardStore<?> store;
  private final transient Map<Integer, String> homes = new ConcurrentHashMap<>();

  <E> ShardRdd(RDD<Tuple2<ExampleKey, E>> examples, ShardName name, ShardStore<E> store) {
    super(examples, SHARD);
    this.name = name;
    this.store = store;
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

  ShardName shardName() {
    return name;
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
  public Iterator<Shard> compute(Partition partition, TaskContext context) {
    WorkerExamples examples = local(store, partition, context);
    return JavaConverters.asScalaIterator(
        Collections.singleton(new Shard(partition.index(), examples)).iterator());
  }

  @SuppressWarnings("unchecked")
  private <E> WorkerExamples local(ShardStore<E> kept, Partition partition, TaskContext context) {
    Iterable<Tuple2<ExampleKey, E>> lineage =
        () ->
            JavaConverters.asJavaIterator(
                (Iterator<Tuple2<ExampleKey, E>>)
                    (Iterator<?>) firstParent(PAIR).iterator(partition, context));
    return LocalShards.get(name, kept, partition.index(), lineage);
  }
}
