package org.meanfield.jobs.spark;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.meanfield.engine.ComputeDevice;
import org.meanfield.error.SettingsException;

/** On what kind of device tasks compute. */
public enum DeviceChoice {
  /** On the GPU that Spark gave a task, else on the processor. */
  AUTO,
  /** On the processor, whatever Spark gave. */
  CPU,
  /** On the GPU that Spark gave a task; a task without one is an error. */
  CUDA;

  private static final String PROPERTY = "meanfield.device";

  /** Applies to every job that the calling thread starts from now on. */
  public void applyTo(SparkContext spark) {
    spark.setLocalProperty(PROPERTY, name());
  }

  /** What the driver chose for a task; {@link #AUTO} outside tasks. */
  static DeviceChoice of(TaskContext task) {
    return Optional.ofNullable(task)
        .map(context -> context.getLocalProperty(PROPERTY))
        .map(DeviceChoice::valueOf)
        .orElse(AUTO);
  }

  /**
   * The device of a task.
   *
   * @param addresses of the GPUs that Spark gave it
   * @param local whether it runs in the driver's process, where Spark gives nothing away: a wanted
   *     GPU is then the first
   */
  ComputeDevice resolve(List<String> addresses, boolean local) {
    if (this == CPU || (this == AUTO && addresses.isEmpty())) {
      return ComputeDevice.CPU;
    }
    if (addresses.isEmpty() && local) {
      return ComputeDevice.cuda(0);
    }
    if (addresses.size() != 1) {
      throw new SettingsException(
          "A task computes on one GPU, and Spark gave it "
              + addresses.size()
              + "; set spark.executor.resource.gpu.amount and spark.task.resource.gpu.amount=1 as"
              + " in conf/spark-gpu.conf, or train.device=cpu");
    }
    return ComputeDevice.parse("cuda:" + addresses.get(0));
  }

  /** As in settings. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
