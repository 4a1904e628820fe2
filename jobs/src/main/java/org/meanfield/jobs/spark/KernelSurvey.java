package org.meanfield.jobs.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.api.java.function.Function;
import org.meanfield.engine.ComputeDevice;
import org.meanfield.engine.Engine;
import org.meanfield.engine.Engines;
import org.meanfield.engine.KernelFingerprint;
import org.meanfield.error.SettingsException;

/**
 * How the processes of a training round, before it begins: one short Spark job asks every executor
 * that holds a shard to compute the same small thing, on the device that it will train on.
 */
public final class KernelSurvey {
  private KernelSurvey() {}

  /**
   * Each executor once, by name, and the driver where all of them compute on processors.
   *
   * @param data loaded: its shards say which executors there are
   * @param engine that trains
   * @throws SettingsException naming the first executor that cannot compute, and why
   */
  public static List<LocatedKernels> of(WorkerData data, Engine engine) {
    List<Parcel<Answer>> answers = data.shards().toJavaRDD().map(new Ask(engine.name())).collect();
    Set<LocatedKernels> found = new LinkedHashSet<>();
    for (Parcel<Answer> parcel : answers) {
      Answer answer = parcel.open();
      if (answer.kernels() == null) {
        throw new SettingsException("On " + answer.place() + ": " + answer.problem());
      }
      found.add(new LocatedKernels(answer.place(), answer.kernels()));
    }
    if (found.stream().allMatch(KernelSurvey::isComparableToDriver)) {
      found.add(
          new LocatedKernels(
              LocatedKernels.DRIVER,
              KernelFingerprint.of(engine, ComputeDevice.CPU, Executor.threads())));
    }
    List<LocatedKernels> sorted = new ArrayList<>(found);
    sorted.sort(Comparator.comparing(LocatedKernels::place));
    return List.copyOf(sorted);
  }

  private static boolean isComparableToDriver(LocatedKernels one) {
    return one.kernels().device().equals(ComputeDevice.CPU.toString())
        && !one.place().equals(LocatedKernels.LOCAL);
  }

  /** Of one task: kernels, or the problem in their place. */
  private record Answer(String place, KernelFingerprint kernels, String problem)
      implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  /** What a shard's executor answers. */
  private static final class Ask implements Function<Shard, Parcel<Answer>> {
    private static final long serialVersionUID = 1L;

    private final String engine;

    Ask(String engine) {
      this.engine = engine;
    }

    @Override
    public Parcel<Answer> call(Shard shard) {
      String place = Executor.name();
      try {
        return Parcel.of(new Answer(place, kernels(Executor.device()), null));
      } catch (SettingsException e) {
        return Parcel.of(new Answer(place, null, e.getMessage())); // told once, not tried again
      }
    }

    private KernelFingerprint kernels(ComputeDevice device) {
      try {
        return KernelFingerprint.of(Engines.named(engine), device, Executor.threads());
      } catch (SettingsException e) {
        throw device.isCuda()
            ? new SettingsException(
                e.getMessage() + "; or leave the GPU unused with train.device=cpu", e)
            : e;
      }
    }
  }
}
