package org.meanfield.jobs.train;

import java.util.List;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.meanfield.error.SettingsException;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.spark.ClusterRunner;
import org.meanfield.jobs.spark.ResidentRoundRunner;
import org.meanfield.jobs.spark.SparkRoundRunner;
import org.meanfield.jobs.tracking.RunTracker;
import org.meanfield.jobs.train.TrainSettings.RunnerKind;
import org.meanfield.model.ModelStateCodec;
import org.meanfield.model.TrainedModel;
import org.meanfield.train.ArtifactStore;
import org.meanfield.train.Checkpoint;
import org.meanfield.train.CheckpointStore;
import org.meanfield.train.LoopIntervals;
import org.meanfield.train.RunJournal;
import org.meanfield.train.Stopwatch;
import org.meanfield.train.TrainingLoop;
import org.meanfield.train.TrainingPlan;
import org.meanfield.train.Validator;

/**
 * One process's part of a run: from the newest checkpoint, or the start, to the trained model.
 *
 * @param console for a person
 * @param plan of the whole run
 * @param start what it starts from where there is no checkpoint
 * @param settings intervals and what to keep
 * @param artifacts the run's folder
 * @param run who it is
 * @param kernels asks executors that came in place of lost ones
 * @param tracker is told of it; the caller's to close
 */
record TrainingRun(
    Console console,
    TrainingPlan plan,
    StartingModel start,
    TrainSettings settings,
    ArtifactStore artifacts,
    RunFile run,
    KernelCheck kernels,
    RunTracker tracker) {

  /** Trains to the end and writes the model. */
  TrainingSummary train(SparkSession session, ShardedData shards) {
    CheckpointStore checkpoints = new CheckpointStore(artifacts, settings.keptCheckpoints());
    Checkpoint from =
        checkpoints
            .newest(run.planDigests())
            .map(checkpoint -> checkpoint.under(plan.digest()))
            .orElseGet(() -> Checkpoint.initial(plan.digest(), start.state()));
    if (from.clock().round() > 0) {
      console.line(
          "going on after round "
              + from.clock().round()
              + " of "
              + plan.rounds()
              + ", from its checkpoint");
    }
    IntToDoubleFunction rate = start.recipe()::learningRateAt;
    RunJournal journal = RunJournal.at(from.clock(), artifacts, rate);
    tracker.follow(from.clock(), ToldFiles.journal(artifacts), rate);
    ConsoleProgress progress = new ConsoleProgress(console, plan, rate);
    Stopwatch watch = new Stopwatch();
    Checkpoint end;
    try (ClusterRunner runner = runner(new JavaSparkContext(session.sparkContext()), shards)) {
      Validator validator = shards.validation().map(runner::validator).orElse(state -> Double.NaN);
      LoopIntervals intervals =
          shards.validation().isPresent()
              ? settings.intervals()
              : settings.intervals().withoutValidation();
      Listeners listeners = new Listeners(List.of(journal, progress, tracker));
      end =
          new TrainingLoop(plan, runner, validator, checkpoints::save, intervals, listeners)
              .run(from);
    } catch (RuntimeException e) {
      flush(journal, e);
      throw e;
    }
    journal.flush();
    kernels.apply(run).write(artifacts); // of executors that came in place of lost ones too
    return publish(from, end, watch.total(), journal);
  }

  private ClusterRunner runner(JavaSparkContext spark, ShardedData shards) {
    Optional<String> refusal = ResidentRoundRunner.refusal(spark.getConf());
    if (settings.runner() == RunnerKind.RESIDENT && refusal.isPresent()) {
      throw new SettingsException(
          "train.runner=resident is not possible: "
              + refusal.get()
              + ". Turn that off, or set train.runner to auto or job");
    }
    if (settings.runner() == RunnerKind.AUTO) {
      refusal = refusal.or(() -> ResidentRoundRunner.noGain(spark.sc()));
      console.line(
          refusal
              .map(why -> "rounds: a Spark job each, because " + why)
              .orElse("rounds: resident, merged by the executors"));
    }
    if (settings.runner() == RunnerKind.JOB || refusal.isPresent()) {
      return new SparkRoundRunner(spark, plan, shards.training(), settings.recording());
    }
    if (settings.runner() == RunnerKind.AUTO) {
      return ClusterRunner.fastest(
          spark,
          plan,
          shards.training(),
          settings.recording(),
          settings.roundTimeout(),
          console::line);
    }
    return new ResidentRoundRunner(
        spark, plan, shards.training(), settings.recording(), settings.roundTimeout());
  }

  /** Writes the model, and last the summary that marks the run finished. */
  private TrainingSummary publish(
      Checkpoint from, Checkpoint end, double seconds, RunJournal journal) {
    double imagesPerSecond = (end.clock().examples() - from.clock().examples()) / seconds;
    TrainingSummary summary =
        new TrainingSummary(
            run.runId(),
            ModelStateCodec.sha256(end.state()),
            end.clock().round(),
            end.clock().epoch(),
            end.clock().examples(),
            imagesPerSecond,
            seconds,
            Double.isNaN(end.validationAccuracy()) ? null : end.validationAccuracy(),
            journal.shares());
    new TrainedModel(plan.network(), end.state(), run.runId(), run.dataset().datasetId())
        .toFiles()
        .forEach((name, content) -> artifacts.write("model/" + name, content));
    summary.write(artifacts);
    return summary;
  }

  /** What was measured is worth reading after a failure too, but the failure comes first. */
  private static void flush(RunJournal journal, RuntimeException failure) {
    try {
      journal.flush();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }
}
