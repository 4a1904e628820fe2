package org.meanfield.jobs.spark;

import java.nio.file.Path;
import java.util.List;
import java.util.function.IntSupplier;
import org.apache.spark.api.java.JavaSparkContext;
import org.meanfield.engine.Engine;
import org.meanfield.engine.Engines;
import org.meanfield.jobs.testing.LocalSpark;
import org.meanfield.train.Checkpoint;
import org.meanfield.train.CheckpointStore;
import org.meanfield.train.LocalArtifacts;
import org.meanfield.train.LoopIntervals;
import org.meanfield.train.RoundRunner;
import org.meanfield.train.RunJournal;
import org.meanfield.train.SequentialRoundRunner;
import org.meanfield.train.TrainingClock;
import org.meanfield.train.TrainingLoop;
import org.meanfield.train.TrainingPlan;
import org.meanfield.train.WorkerExamples;
import org.meanfield.train.WorkerTrainer.IdRecording;

/**
 * All rounds of a plan, by any of the three who run them. Data that it is given it closes.
 *
 * @param folder that may be written to
 */
record TinyRounds(TrainingPlan plan, Path folder) {
  static final Engine ENGINE = Engines.named("nd4j");

  /** Of a round; far beyond what one takes on a busy machine. */
  static final int TIMEOUT_SECONDS = 240;

  Checkpoint sequential(List<? extends WorkerExamples> examples) {
    Engine engine = Engines.named(plan.engine());
    try (RoundRunner runner = new SequentialRoundRunner(engine, plan, examples, IdRecording.OFF)) {
      return train(runner);
    }
  }

  Checkpoint onSpark(WorkerData given) {
    try (WorkerData data = given;
        RoundRunner runner = new SparkRoundRunner(context(), plan, data, IdRecording.OFF)) {
      data.load();
      return train(runner);
    }
  }

  Checkpoint resident(WorkerData given, int tasks) {
    try (WorkerData data = given;
        RoundRunner runner = residentRunner(data, () -> tasks)) {
      data.load();
      return train(runner);
    }
  }

  ResidentRoundRunner residentRunner(WorkerData data, IntSupplier tasks) {
    return new ResidentRoundRunner(context(), plan, data, IdRecording.OFF, TIMEOUT_SECONDS, tasks);
  }

  Checkpoint train(RoundRunner runner) {
    return train(runner, 5);
  }

  Checkpoint train(RoundRunner runner, int checkpointRounds) {
    LocalArtifacts artifacts = new LocalArtifacts(folder.resolve("run"));
    RunJournal journal = RunJournal.at(TrainingClock.START, artifacts, iteration -> 0.01);
    LoopIntervals intervals = new LoopIntervals(checkpointRounds, 1, plan.epochs());
    CheckpointStore checkpoints = new CheckpointStore(artifacts, 1);
    Checkpoint start = Checkpoint.initial(plan.digest(), ENGINE.initialState(plan.network()));
    return new TrainingLoop(plan, runner, state -> 0.5, checkpoints::save, intervals, journal)
        .run(start);
  }

  private static JavaSparkContext context() {
    return new JavaSparkContext(LocalSpark.session().sparkContext());
  }
}
