package org.meanfield.jobs.spark;

import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import scala.collection.JavaConverters;

/** Where Spark started the tasks of a segment: a task that hangs says nothing itself. */
final class TaskStarts extends SparkListener {
  /** Local property of the segment's job: its id. */
  static final String PROPERTY = "meanfield.segment";

  private final String segment;
  private final Map<Integer, String> executors = new TreeMap<>();
  private int stage = -1;

  TaskStarts(long segment) {
    this.segment = Long.toString(segment);
  }

  /** The last stage of the job runs the segment; those before it only make shards. */
  @Override
  public synchronized void onJobStart(SparkListenerJobStart start) {
    if (segment.equals(start.properties().getProperty(PROPERTY))) {
      for (Object id : JavaConverters.seqAsJavaList(start.stageIds())) {
        stage = Math.max(stage, (Integer) id);
      }
    }
  }

  @Override
  public synchronized void onTaskStart(SparkListenerTaskStart start) {
    if (start.stageId() == stage) {
      executors.put(start.taskInfo().index(), start.taskInfo().executorId());
    }
  }

  /** Executor of each task that was started, by task. */
  synchronized Map<Integer, String> executors() {
    return new TreeMap<>(executors);
  }
}
