package org.meanfield.jobs.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.meanfield.config.Setting;
import org.meanfield.data.DatasetManifest;
import org.meanfield.data.Split;
import org.meanfield.engine.Engine;
import org.meanfield.error.ConflictException;
import org.meanfield.error.DataException;
import org.meanfield.export.BundleManifest;
import org.meanfield.jobs.cli.Job;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.jobs.cli.JobResult;
import org.meanfield.jobs.cli.JobResult.Status;
import org.meanfield.jobs.storage.DatasetFiles;
import org.meanfield.jobs.storage.FolderLock;
import org.meanfield.jobs.storage.HadoopArtifacts;
import org.meanfield.jobs.tracking.RunTracker;
import org.meanfield.jobs.tracking.TrackingSettings;
import org.meanfield.registry.RegistryState;
import org.meanfield.train.ArtifactStore;
import org.meanfield.train.CheckpointStore;
import org.meanfield.train.RunJournal;
import org.meanfield.train.Stopwatch;
import org.meanfield.train.TrainingPlan;

/** {@code meanfield train}: a data set in, a trained model out. */
public final class TrainJob implements Job {
  /** What a run writes after its first file, and what says that a folder is another artefact. */
  private static final Set<String> NOT_BEFORE_A_RUN =
      Set.of(
          "model",
          "checkpoints",
          RunJournal.FILE,
          DatasetManifest.FILE,
          BundleManifest.FILE,
          RegistryState.FILE);

  @Override
  public String command() {
    return "train";
  }

  @Override
  public String summary() {
    return "Train a network on a data set, across the cluster; goes on with an unfinished run";
  }

  @Override
  public List<Setting<?>> settings() {
    List<Setting<?>> all = new ArrayList<>(TrainSettings.declared());
    all.addAll(ModelSettings.declared());
    all.addAll(OptimizerSettings.declared());
    all.addAll(TrackingSettings.declared());
    return all;
  }

  @Override
  public List<Option> options() {
    return List.of(
        new Option("--data", TrainSettings.DATA),
        new Option("--output", TrainSettings.OUTPUT),
        new Option("--model", ModelSettings.NAME),
        new Option("--workers", TrainSettings.WORKERS),
        new Option("--epochs", TrainSettings.EPOCHS),
        new Option("--batch-size", TrainSettings.BATCH_SIZE),
        new Option("--engine", TrainSettings.ENGINE),
        new Option("--change-engine", TrainSettings.CHANGE_ENGINE),
        new Option("--seed", TrainSettings.SEED));
  }

  @Override
  public Setting<String> output() {
    return TrainSettings.OUTPUT;
  }

  /** Whether runs that differ in this setting end differently, or are refused as each other. */
  public static boolean tellsRunsApart(Setting<?> setting) {
    return setting == TrainSettings.ENGINE || !TrainSettings.FREE.contains(setting);
  }

  @Override
  public JobResult run(JobContext context) {
    String output = context.storage().qualify(context.settings().get(TrainSettings.OUTPUT));
    ArtifactStore artifacts = new HadoopArtifacts(context.storage(), output);
    DatasetFiles data =
        DatasetFiles.open(
            context.spark(), context.storage(), context.settings().get(TrainSettings.DATA));
    Optional<JobResult> finished = finishedBefore(context, artifacts, data);
    if (finished.isPresent()) {
      return finished.get();
    }
    requireTrainable(data);
    requireFree(context, output);
    try (FolderLock lock = FolderLock.ofOutput(context.storage(), output, command())) {
      lock.requireHeld();
      return finishedBefore(context, artifacts, data)
          .orElseGet(() -> train(context, artifacts, data));
    } catch (Exception e) { // Spark's own are checked, and thrown undeclared
      data.requireImagesAfter(e);
      throw e;
    }
  }

  /**
   * The answer to a run that was finished before; empty where it was not.
   *
   * @throws ConflictException where the folder holds another run
   */
  private static Optional<JobResult> finishedBefore(
      JobContext context, ArtifactStore artifacts, DatasetFiles data) {
    String output = artifacts.location();
    Optional<RunFile> known = RunFile.read(artifacts);
    known.ifPresent(
        run -> run.requireSame(output, context.settings(), data.manifest().datasetId()));
    Optional<TrainingSummary> finished = TrainingSummary.read(artifacts);
    finished.ifPresent(
        summary -> known.ifPresent(run -> tellAgain(context, run, summary, artifacts)));
    return finished.map(
        summary ->
            summary.result(
                Status.NOTHING_TO_DO,
                output + " holds a finished run of the same settings and data"));
  }

  /**
   * Refuses a data set that no classifier can learn from.
   *
   * @throws DataException saying what it lacks
   */
  private static void requireTrainable(DatasetFiles data) {
    if (data.manifest().examples(Split.TRAIN) == 0) {
      throw new DataException(
          data.uri()
              + " has no training images; ingest again with a share for them in ingest.splits, or"
              + " with a folder 'train'");
    }
    if (data.manifest().classes().size() < 2) {
      throw new DataException(
          data.uri()
              + " has one class, "
              + data.manifest().classes().names()
              + ", and a classifier tells two or more apart; ingest a folder that has a folder for"
              + " each class in it");
    }
  }

  /**
   * Refuses a folder of something else: a run would be written over it, or amid it.
   *
   * @throws ConflictException naming what is there
   */
  private static void requireFree(JobContext context, String output) {
    List<String> held = context.storage().list(output);
    if (held.contains(RunFile.NAME)) {
      return;
    }
    List<String> others = held.stream().filter(NOT_BEFORE_A_RUN::contains).toList();
    if (!others.isEmpty()) {
      throw new ConflictException(
          output
              + " is no run (it has no "
              + RunFile.NAME
              + ") and holds "
              + String.join(", ", others)
              + "; choose another train.output, or move that away");
    }
  }

  private static JobResult train(JobContext context, ArtifactStore artifacts, DatasetFiles data) {
    Optional<RunFile> known = RunFile.read(artifacts);
    context.settings().get(TrainSettings.DEVICE).applyTo(context.spark().sparkContext());
    TrainSettings settings =
        TrainSettings.from(context.settings(), data.manifest().examples(Split.TRAIN));
    StartingModel start = StartingModel.of(context, data);
    EngineChoice choice =
        known
            .map(run -> EngineChoice.of(context, run, start.network()))
            .orElseGet(() -> EngineChoice.of(context, settings.engine(), start.network()));
    start.notes().forEach(context.console()::line);
    Stopwatch loading = new Stopwatch();
    try (ShardedData shards =
        ShardedData.load(context, data, settings, start.network().imageSpec())) {
      Engine engine = choice.on(shards.training(), context.console());
      context.console().line("engine: " + engine.description());
      TrainingPlan plan =
          settings.plan(context.settings(), start.network(), shards.training().sizes(), engine);
      KernelCheck kernels = new KernelCheck(context, shards.training(), engine);
      RunFile run =
          kernels.apply(
              known
                  .map(before -> goingOn(before, engine, plan, context, artifacts))
                  .orElseGet(() -> RunFile.of(context, data, engine, plan)));
      run.write(artifacts);
      context.console().line(loaded(plan, shards, loading.total()));
      try (RunTracker tracker = tracker(context, run, artifacts)) {
        TrainingSummary summary =
            new TrainingRun(
                    context.console(), plan, start, settings, artifacts, run, kernels, tracker)
                .train(context.spark(), shards);
        tracker.finished(ToldFiles.of(artifacts));
        return withKernels(
            summary.result(Status.DONE, done(summary, artifacts.location())),
            RunFile.read(artifacts).orElse(run));
      }
    }
  }

  private static RunTracker tracker(JobContext context, RunFile run, ArtifactStore artifacts) {
    String folder = artifacts.location().replaceFirst("/+$", "").replaceFirst(".*/", "");
    String name = context.settings().get(TrackingSettings.RUN_NAME).orElse(folder);
    return new RunTracker(context, run.tracked(name));
  }

  /** MLflow may have been away when the run finished; what it knows it is not told twice. */
  private static void tellAgain(
      JobContext context, RunFile run, TrainingSummary summary, ArtifactStore artifacts) {
    try (RunTracker tracker = tracker(context, run, artifacts)) {
      tracker.follow(summary.clock(), ToldFiles.journal(artifacts), iteration -> Double.NaN);
      tracker.finished(ToldFiles.of(artifacts));
    }
  }

  /** Bits that are not the promised ones are told once more at the end. */
  private static JobResult withKernels(JobResult result, RunFile run) {
    KernelRecord.Agreement agreement = run.kernelRecord().agreement(run.engine());
    Map<String, Object> figures = new LinkedHashMap<>(result.figures());
    figures.put("kernels", agreement.id());
    String message =
        agreement == KernelRecord.Agreement.DIFFER
            ? result.message() + "; what trained it did not round alike: see kernels in run.json"
            : result.message();
    return new JobResult(result.status(), message, figures);
  }

  /** The run as it goes on, on another engine where the settings ask for one. */
  private static RunFile goingOn(
      RunFile before,
      Engine engine,
      TrainingPlan plan,
      JobContext context,
      ArtifactStore artifacts) {
    before.requirePlan(artifacts.location(), plan.withEngine(before.engine()));
    if (before.engine().equals(engine.name())) {
      return before;
    }
    int round =
        new CheckpointStore(artifacts, 1)
            .newest(before.planDigests())
            .map(checkpoint -> checkpoint.clock().round())
            .orElse(0);
    context
        .console()
        .line(
            "engine: "
                + engine.name()
                + " from round "
                + (round + 1)
                + " on, before it "
                + before.engine());
    return before.on(engine, plan, context.settings(), round);
  }

  private static String loaded(TrainingPlan plan, ShardedData shards, double seconds) {
    return String.format(
        Locale.ROOT,
        "data: %,d training and %,d validation images in %d shards, loaded in %.1f s",
        plan.examplesPerEpoch(),
        shards.validationExamples(),
        plan.workers(),
        seconds);
  }

  private static String done(TrainingSummary summary, String output) {
    String accuracy =
        summary.validationAccuracy() == null
            ? "no validation split"
            : String.format(
                Locale.ROOT, "validation accuracy %.2f %%", 100 * summary.validationAccuracy());
    return String.format(
        Locale.ROOT,
        "%d epochs in %d rounds, %s, %,.0f images/s; the model is in %s/model",
        summary.epochs(),
        summary.rounds(),
        accuracy,
        summary.imagesPerSecond(),
        output);
  }
}
