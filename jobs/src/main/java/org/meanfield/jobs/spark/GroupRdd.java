package org.meanfield.jobs.spark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.Dependency;
import org.apache.spark.NarrowDependency;
import org.apache.spark.Partition;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import scala.collection.Iterator;
import scala.collection.JavaConverters;
import scala.collection.Seq;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/** One partition for each task of a segment, its elements the shards of the workers it hosts. */
final class GroupRdd extends RDD<Shard> {
  private static final long serialVersionUID = 1L;
  private static final ClassTag<Shard> SHARD = ClassTag$.MODULE$.apply(Shard.class);

  private final int[][] groups;

  /**
   * As the tasks of a segment need it.
   *
   * @param groups workers of each task
   */
  GroupRdd(ShardRdd shards, int[][] groups) {
    super(
        shards.context(),
        JavaConverters.asScalaBuffer(List.<Dependency<?>>of(new ByGroup(shards, groups))).toSeq(),
        SHARD);
    this.groups = groups;
  }

  @Override
  public Partition[] getPartitions() {
    Partition[] partitions = new Partition[groups.length];
    for (int task = 0; task < partitions.length; task++) {
      partitions[task] = new Group(task, parents(groups[task]));
    }
    return partitions;
  }

  @Override
  public Seq<String> getPreferredLocations(Partition partition) {
    return firstParent(SHARD).preferredLocations(((Group) partition).shards[0]);
  }

  /** Opens a shard when it is asked for. */
  @Override
  public Iterator<Shard> compute(Partition partition, TaskContext context) {
    RDD<Shard> parent = firstParent(SHARD);
    java.util.Iterator<Shard> shards =
        Arrays.stream(((Group) partition).shards)
            .map(shard -> parent.iterator(shard, context).next())
            .iterator();
    return JavaConverters.asScalaIterator(shards);
  }

  private Partition[] parents(int[] workers) {
    Partition[] shards = firstParent(SHARD).partitions();
    return Arrays.stream(workers).mapToObj(worker -> shards[worker]).toArray(Partition[]::new);
  }

  private static final class Group implements Partition {
    private static final long serialVersionUID = 1L;
    private final int index;
    private final Partition[] shards;

    Group(int index, Partition[] shards) {
      this.index = index;
      this.shards = shards;
    }

    @Override
    public int index() {
      return index;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Group that && index == that.index;
    }

    @Override
    public int hashCode() {
      return index;
    }
  }

  private static final class ByGroup extends NarrowDependency<Shard> {
    private static final long serialVersionUID = 1L;
    private final int[][] groups;

    ByGroup(RDD<Shard> shards, int[][] groups) {
      super(shards);
      this.groups = groups;
    }

    @Override
    public Seq<Object> getParents(int task) {
      List<Object> workers = new ArrayList<>();
      for (int worker : groups[task]) {
        workers.add(worker);
      }
      return JavaConverters.asScalaBuffer(workers).toSeq();
    }
  }
}
