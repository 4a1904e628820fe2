package org.meanfield.jobs.train;

import java.util.List;
import java.util.Optional;
import org.meanfield.engine.Engine;
import org.meanfield.engine.Engines;
import org.meanfield.engine.Precision;
import org.meanfield.engine.torch.TorchEngine;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.jobs.spark.Bf16Survey;
import org.meanfield.jobs.spark.WorkerData;
import org.meanfield.model.Network;

/**
 * Which engine a run gets: decided by the driver before any data moves, but for a precision that
 * depends on what every executor computes on; pinned in {@code run.json} then.
 *
 * @param engine that the settings, the network and this process allow
 * @param inBf16 to be taken instead where every executor that trains has bfloat16; empty where that
 *     does not decide
 */
record EngineChoice(Engine engine, Optional<Engine> inBf16) {

  /**
   * By the settings and the network.
   *
   * @param name the setting {@code train.engine}
   */
  static EngineChoice of(JobContext context, String name, Network network) {
    Optional<Precision> precision =
        Precision.named(context.settings().get(TrainSettings.PRECISION));
    Engine engine = Engines.forNetwork(name, precision.orElse(Precision.FP32), network);
    return new EngineChoice(
        engine,
        precision.isEmpty() && engine.name().equals(TorchEngine.NAME)
            ? Optional.of(new TorchEngine(Precision.BF16))
            : Optional.empty());
  }

  /** For a run that goes on: the one it has, unless another may be chosen. */
  static EngineChoice of(JobContext context, RunFile run, Network network) {
    return context.settings().get(TrainSettings.CHANGE_ENGINE)
        ? of(context, context.settings().get(TrainSettings.ENGINE), network)
        : new EngineChoice(Engines.named(run.engine()), Optional.empty());
  }

  /**
   * Asks the executors where they decide, and says what they said.
   *
   * @param training loaded: its shards say which executors train
   */
  Engine on(WorkerData training, Console console) {
    if (inBf16.isEmpty()) {
      return engine;
    }
    List<String> lacking = Bf16Survey.lackingExecutors(training);
    console.line(
        lacking.isEmpty()
            ? "precision: bf16, which every executor has instructions for"
            : "precision: fp32, because bf16 would be slower on " + String.join(", ", lacking));
    return lacking.isEmpty() ? inBf16.get() : engine;
  }
}
