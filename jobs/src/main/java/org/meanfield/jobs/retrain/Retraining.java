package org.meanfield.jobs.retrain;

import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.meanfield.config.Settings;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.jobs.cli.JobResult;
import org.meanfield.jobs.registry.ModelRegistry;

/** One run, step by step, from wherever an earlier process left it to its outcome. */
final class Retraining {
  /** In this order. The gate looks at the export, so that it is made and tried before. */
  private static final List<Step> STEPS =
      List.of(
          new ValidateStep(),
          new IngestStep(),
          new TrainStep(),
          new EvaluateStep(),
          new ExportStep(),
          new SmokeTestStep(),
          new RegisterStep(),
          new DecideStep(),
          new PromoteStep(),
          new PublishStep());

  private final JobContext context;
  private final RetrainFolder folder;
  private final RunPlan plan;
  private final RunFolder run;
  private final ModelRegistry registry;
  private final Watch watch;

  /** Is told of every step, and may refuse to go on. */
  interface Watch {
    /** Before a step runs. */
    default void starts(String step) {}

    /** Before what it did counts. */
    default void commits(String step) {}

    /** After it was committed. */
    default void committed(String step) {}
  }

  Retraining(
      JobContext context, RetrainFolder folder, RunPlan plan, ModelRegistry registry, Watch watch) {
    this.context = context;
    this.folder = folder;
    this.plan = plan;
    this.run = folder.run(plan.runId());
    this.registry = registry;
    this.watch = watch;
  }

  /** Runs what is not committed yet, and writes the outcome. */
  JobResult run(Clock clock) {
    for (Step step : STEPS) {
      if (run.committed(step.name()).isEmpty()) {
        watch.starts(step.name());
        say(step.name());
        Map<String, Object> figures = step.run(this);
        watch.commits(step.name());
        run.commit(step.name(), figures);
        watch.committed(step.name());
      }
    }
    JobResult result = result();
    context.storage().delete(run.path("rows"));
    run.outcome()
        .write(
            new Outcome(
                plan.runId(),
                result.status(),
                result.message(),
                clock.instant().truncatedTo(ChronoUnit.MILLIS).toString(),
                result.figures()));
    return result;
  }

  JobContext context() {
    return context;
  }

  Settings settings() {
    return context.settings();
  }

  RunPlan plan() {
    return plan;
  }

  RunFolder folder() {
    return run;
  }

  ModelRegistry registry() {
    return registry;
  }

  Parts parts() {
    return Look.parts(context, folder, plan);
  }

  /** Runs that ended, the oldest first. */
  List<RetrainFolder.FinishedRun> finished() {
    return folder.finished();
  }

  /** The folder of another run. */
  RunFolder folderOf(String runId) {
    return folder.run(runId);
  }

  /** The data-set version that this run makes. */
  String dataset() {
    return folder.dataset(plan.runId());
  }

  /** The run's name and reason, as the registry's history keeps them. */
  String reason() {
    return "retrain " + plan.runId() + ": " + plan.why();
  }

  /** A figure that an earlier step committed. */
  Object figure(String step, String key) {
    return run.committed(step)
        .map(figures -> figures.get(key))
        .orElseThrow(() -> new IllegalStateException("The step " + step + " left no " + key));
  }

  /** The version that the challenger was registered as. */
  int version() {
    return ((Number) figure(RegisterStep.NAME, "version")).intValue();
  }

  /** A line for a person. */
  void say(String text) {
    context.console().line("retrain " + plan.runId() + ": " + text);
  }

  private JobResult result() {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("runId", plan.runId());
    figures.put("why", plan.why());
    figures.put("deliveries", plan.fresh());
    figures.putAll(plan.images().figures());
    figures.put("dataset", dataset());
    figures.put("version", version());
    figures.put("accuracy", figure(EvaluateStep.NAME, "accuracy"));
    figures.put("report", figure(EvaluateStep.NAME, "report"));
    figures.putAll(run.committed(DecideStep.NAME).orElseThrow());
    figures.putAll(run.committed(PromoteStep.NAME).orElseThrow());
    boolean promoted = (boolean) figure(PromoteStep.NAME, "promoted");
    return new JobResult(
        promoted ? JobResult.Status.DONE : JobResult.Status.REFUSED,
        String.format(
            Locale.ROOT,
            promoted
                ? "run %s: version %d is the champion (accuracy %.2f %%)"
                : "run %s: version %d (accuracy %.2f %%) was refused and stays registered; the"
                    + " numbers are above and in 'registry show'",
            plan.runId(),
            version(),
            100 * (double) figures.get("accuracy")),
        figures);
  }
}
