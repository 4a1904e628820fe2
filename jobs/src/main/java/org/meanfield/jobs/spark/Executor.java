package org.meanfield.jobs.spark;

import java.util.List;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.scheduler.ExecutorCacheTaskLocation;
import org.apache.spark.storage.BlockManagerId;
import org.meanfield.engine.ComputeDevice;
import org.meanfield.error.SettingsException;

/** The executor that the calling task runs in. */
final class Executor {
  private Executor() {}

  /** In the form in which Spark takes preferred locations. */
  static String location() {
    BlockManagerId id = SparkEnv.get().blockManager().blockManagerId();
    return new ExecutorCacheTaskLocation(id.host(), id.executorId()).toString();
  }

  /** For a person: which executor on which host. */
  static String name() {
    BlockManagerId id = SparkEnv.get().blockManager().blockManagerId();
    return id.isDriver()
        ? LocatedKernels.LOCAL
        : "executor " + id.executorId() + " on " + id.host();
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

  /**
   * Where the calling task computes: on the GPU that Spark gave it, or on the processor.
   *
   * @throws SettingsException where {@link DeviceChoice} wants a GPU and Spark gave the task none
   */
  static ComputeDevice device() {
    TaskContext task = TaskContext.get();
    ResourceInformation gpu = task == null ? null : task.resourcesJMap().get("gpu");
    boolean local = SparkEnv.get().executorId().equals("driver");
    return DeviceChoice.of(task).resolve(gpu == null ? List.of() : List.of(gpu.addresses()), local);
  }
}
