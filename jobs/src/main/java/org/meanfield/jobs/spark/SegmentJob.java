package org.meanfield.jobs.spark;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import org.apache.spark.SimpleFutureAction;
import org.apache.spark.SparkContext;
import scala.collection.JavaConverters;
import scala.concurrent.ExecutionContext;
import scala.runtime.BoxedUnit;

/** Starts Spark's job of a segment. What its tasks give and its end go to the segment's events. */
final class SegmentJob {
  private SegmentJob() {}

  /** The job, running. Its tasks are known to {@link TaskStarts} by the segment's id. */
  static SimpleFutureAction<BoxedUnit> submit(
      SparkContext spark, Segment segment, ShardRdd shards, BlockingQueue<SegmentEvent> events) {
    List<Object> tasks = new ArrayList<>();
    for (int task = 0; task < segment.groups().size(); task++) {
      tasks.add(task);
    }
    spark.setLocalProperty(TaskStarts.PROPERTY, Long.toString(segment.id()));
    SimpleFutureAction<BoxedUnit> job;
    try {
      job =
          spark.submitJob(
              new GroupRdd(shards, workersByTask(segment)),
              new SegmentTask(segment),
              JavaConverters.asScalaBuffer(tasks).toSeq(),
              (task, bytes) -> gave(bytes, events),
              () -> BoxedUnit.UNIT);
    } finally {
      spark.setLocalProperty(TaskStarts.PROPERTY, null);
    }
    job.onComplete(
        result ->
            events.add(
                new SegmentEvent.JobOver(
                    result.isFailure() ? Optional.of(result.failed().get()) : Optional.empty())),
        ExecutionContext.fromExecutor(Runnable::run));
    return job;
  }

  private static int[][] workersByTask(Segment segment) {
    return segment.groups().stream()
        .map(group -> group.stream().mapToInt(Integer::intValue).toArray())
        .toArray(int[][]::new);
  }

  /** On Spark's thread. */
  private static BoxedUnit gave(byte[] bytes, BlockingQueue<SegmentEvent> events) {
    if (bytes.length > 0) {
      events.add(new SegmentEvent.Gave(WireState.decode(bytes)));
    }
    return BoxedUnit.UNIT;
  }
}
