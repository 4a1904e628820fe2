package org.meanfield.jobs.train;

import java.util.Optional;
import org.meanfield.engine.Engine;
import org.meanfield.engine.Engines;
import org.meanfield.engine.Precision;
import org.meanfield.engine.torch.TorchEngine;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.jobs.spark.Bf16Survey;
import org.meanfield.model.Network;

/** Which engine a new run gets: decided once by the driver, then pinned in {@code run.json}. */
final class EngineChoice {
  private EngineChoice() {}

  /**
   * By the settings, the network and what the executors compute on.
   *
   * @param name the setting {@code train.engine}
   */
  static Engine of(JobContext context, String name, Network network) {
    String wanted = context.settings().get(TrainSettings.PRECISION);
    Optional<Precision> precision = Precision.named(wanted);
    String engine = name.equals(Engines.AUTO) ? Engines.fastest(network) : name;
    if (precision.isPresent()) {
      return Engines.forNetwork(engine, precision.get(), network);
    }
    boolean bf16 =
        engine.equals(TorchEngine.NAME) && Bf16Survey.everyTaskComputesIt(context.spark());
    return Engines.forNetwork(engine, bf16 ? Precision.BF16 : Precision.FP32, network);
  }

  /** For a run that goes on: the one it has, unless another may be chosen. */
  static Engine of(JobContext context, RunFile run, Network network) {
    return context.settings().get(TrainSettings.CHANGE_ENGINE)
        ? of(context, context.settings().get(TrainSettings.ENGINE), network)
        : Engines.named(run.engine());
  }
}
