package org.meanfield.jobs.spark;

import java.util.function.Consumer;
import org.apache.spark.api.java.JavaSparkContext;
import org.meanfield.train.RoundRunner;
import org.meanfield.train.TrainingPlan;
import org.meanfield.train.Validator;
import org.meanfield.train.WorkerTrainer;

/** A runner on a Spark cluster: its replicas also validate. */
public interface ClusterRunner extends RoundRunner {
  /** Validates with this runner's replicas on data sharded the same way. */
  Validator validator(WorkerData validation);

  /**
   * Resident rounds where an application allows them and gains from them, else a Spark job a round:
   * the bits are the same. Broadcasts the plan. Ownership: the data stays the caller's to close.
   *
   * @param timeoutSeconds how long a resident round may take before its segment is given up
   * @param console is told where resident rounds fail for good, and jobs go on from there
   */
  static ClusterRunner fastest(
      JavaSparkContext spark,
      TrainingPlan plan,
      WorkerData training,
      WorkerTrainer.IdRecording recording,
      double timeoutSeconds,
      Consumer<String> console) {
    boolean resident =
        ResidentRoundRunner.refusal(spark.getConf()).isEmpty()
            && ResidentRoundRunner.noGain(spark.sc()).isEmpty();
    return resident
        ? new FallbackRunner(
            new ResidentRoundRunner(spark, plan, training, recording, timeoutSeconds),
            () -> new SparkRoundRunner(spark, plan, training, recording),
            console)
        : new SparkRoundRunner(spark, plan, training, recording);
  }
}
