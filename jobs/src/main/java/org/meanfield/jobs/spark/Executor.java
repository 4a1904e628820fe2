package org.meanfield.jobs.spark;

import org.apache.spark.SparkEnv;
import org.apache.spark.scheduler.ExecutorCacheTaskLocation;
import org.apache.spark.storage.BlockManagerId;

/** The executor that the calling task runs in. */
final class Executor {
  private Executor() {}

  /** In the form in which Spark takes preferred locations. */
  static String location() {
    BlockManagerId id = SparkEnv.get().blockManager().blockManagerId();
    return new ExecutorCacheTaskLocation(id.host(), id.executorId()).toString();
  }

  /** Threads that may decode for one task: its part of the cores that no task computes on. */
  static int spareThreads() {
    int cores = Runtime.getRuntime().availableProcessors();
    int used = SparkEnv.get().conf().getInt("spark.executor.cores", cores);
    int slots = Math.max(1, used / threads());
    return Math.max(1, (cores - used) / slots);
  }

  /** Native threads that a task may use: {@code spark.task.cpus}. */
  static int threads() {
    return Integer.parseInt(SparkEnv.get().conf().get("spark.task.cpus", "1"));
  }
}
