package org.meanfield.jobs.train;

import java.util.Collections;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.SparkSession;
import org.meanfield.engine.Engine;
import org.meanfield.engine.Engines;
import org.meanfield.engine.Precision;
import org.meanfield.engine.torch.TorchEngine;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.model.Network;
import org.meanfield.natives.Processor;

/** Which engine a new run gets: decided once by the driver, then pinned in {@code run.json}. */
final class EngineChoice {
  private EngineChoice() {}

  /**
   * By the settings, the network and the executors' processors.
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
    boolean bf16 = engine.equals(TorchEngine.NAME) && everyProcessorComputesBf16(context.spark());
    return Engines.forNetwork(engine, bf16 ? Precision.BF16 : Precision.FP32, network);
  }

  /** For a run that goes on: the one it has, unless another may be chosen. */
  static Engine of(JobContext context, RunFile run, Network network) {
    return context.settings().get(TrainSettings.CHANGE_ENGINE)
        ? of(context, context.settings().get(TrainSettings.ENGINE), network)
        : Engines.named(run.engine());
  }

  /** Asks as many tasks as run at once: on every executor that has registered, as a rule. */
  private static boolean everyProcessorComputesBf16(SparkSession spark) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    int tasks = context.defaultParallelism();
    return context
        .parallelize(Collections.nCopies(tasks, 0), tasks)
        .map(new Ask())
        .collect()
        .stream()
        .allMatch(answer -> answer);
  }

  /** What one executor's processor can do. */
  private static final class Ask implements Function<Integer, Boolean> {
    private static final long serialVersionUID = 1L;

    @Override
    public Boolean call(Integer ignored) {
      return Processor.computesBf16();
    }
  }
}
