package org.meanfield.jobs.dl4j;

import java.util.Optional;
import org.meanfield.average.AveragingSchedule;
import org.meanfield.average.ExchangeCodec;
import org.meanfield.average.OuterOptimizer;
import org.meanfield.engine.Engines;
import org.meanfield.engine.Precision;
import org.meanfield.error.SettingsException;

/**
 * What a master was built with.
 *
 * @param workers K; empty for as many as tasks run at once at the first fit
 * @param batchSizePerWorker examples of one worker's step
 * @param averaging when replicas are merged
 * @param outer what is done with the mean
 * @param exchange how states are written when they are exchanged
 * @param engine one of {@link Engines#names()}
 * @param precision that it computes in
 * @param seed of order, shards and dropout
 * @param runDir folder of checkpoints and journal; empty for none
 * @param checkpointRounds rounds between two checkpoints; there is one after each fit too
 * @param roundTimeoutSeconds how long anybody is waited for in a round
 */
record MasterSettings(
    Optional<Integer> workers,
    int batchSizePerWorker,
    AveragingSchedule averaging,
    OuterOptimizer outer,
    ExchangeCodec exchange,
    String engine,
    Precision precision,
    long seed,
    Optional<String> runDir,
    int checkpointRounds,
    double roundTimeoutSeconds) {

  /** Stock's defaults where stock has the setting. */
  static final MasterSettings DEFAULTS =
      new MasterSettings(
          Optional.empty(),
          16,
          new AveragingSchedule.Constant(5),
          OuterOptimizer.PLAIN,
          ExchangeCodec.FP32,
          Engines.AUTO,
          Precision.FP32,
          1,
          Optional.empty(),
          Integer.MAX_VALUE,
          600);

  /** Checks the ranges. */
  MasterSettings {
    requirePositive("numWorkers", workers.orElse(1));
    requirePositive("batchSizePerWorker", batchSizePerWorker);
    requirePositive("checkpointEveryRounds", checkpointRounds);
    requirePositive("roundTimeoutSeconds", roundTimeoutSeconds);
    if (!Engines.names().contains(engine)) {
      throw new SettingsException(
          "MeanfieldTrainingMaster: there is no engine '"
              + engine
              + "'; the engines are "
              + String.join(", ", Engines.names()));
    }
  }

  private static void requirePositive(String name, double value) {
    if (!(value > 0)) {
      throw new SettingsException(
          "MeanfieldTrainingMaster: " + name + " must be positive; found " + value);
    }
  }
}
