package org.meanfield.jobs.retrain;

import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.meanfield.config.Settings;
import org.meanfield.error.ConflictException;
import org.meanfield.error.LockHeldException;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.jobs.cli.JobResult;
import org.meanfield.jobs.registry.MlflowMirror;
import org.meanfield.jobs.registry.ModelRegistry;
import org.meanfield.jobs.retrain.RetrainFolder.Streak;

/** What one process does while it has the lock. */
final class Attempt {
  private final JobContext context;
  private final Settings settings;
  private final RetrainFolder folder;
  private final ModelRegistry registry;
  private final Retraining.Watch watch;
  private final Clock clock;

  Attempt(
      JobContext context,
      RetrainFolder folder,
      ModelRegistry registry,
      Retraining.Watch watch,
      Clock clock) {
    this.context = context;
    this.settings = context.settings();
    this.folder = folder;
    this.registry = registry;
    this.watch = watch;
    this.clock = clock;
  }

  JobResult run() {
    Streak before = folder.streak().read().orElse(Streak.NONE);
    if (settings.get(RetrainSettings.DRY_RUN)) {
      JobResult explained = explain();
      blocked(before)
          .ifPresent(
              reason -> {
                throw new ConflictException(reason + ". With it: " + explained.message());
              });
      return explained;
    }
    requireNotBlocked(before);
    // A scheduler's retries of the run that failed last are one failure.
    boolean again = before.failures() > 0 && runId() != null && runId().equals(before.runId());
    int failures = before.failures() + (again ? 0 : 1);
    folder
        .streak()
        .write(new Streak(failures, "a process that ended without a word", false, runId()));
    try {
      // What it missed while it was away, also where there is nothing to retrain.
      new MlflowMirror(context, registry).catchUp();
      JobResult result = work();
      folder.streak().write(Streak.NONE);
      return result;
    } catch (LockHeldException e) {
      throw e; // another process goes on with the run, and with the count
    } catch (Exception | VirtualMachineError | LinkageError e) {
      // Spark throws checked exceptions without declaring them; a full heap is an error, and so is
      // a native library that is not there.
      note(failures, e);
      throw e;
    }
  }

  /** Counts a failure and tells of it; where even that fails, the failure itself comes first. */
  private void note(int failures, Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    // Where it cannot be told, there is a warning in the log.
    boolean unused = tell("failed", message, Map.of("failuresInARow", failures));
    try {
      folder.streak().write(new Streak(failures, message, false, runId()));
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /** Where the scheduler names its runs. */
  private String runId() {
    return RetrainSettings.runId(settings).orElse(null);
  }

  private JobResult work() {
    Optional<RunPlan> open = toGoOnWith();
    if (open.isPresent()) {
      context.console().line("retrain " + open.get().runId() + ": goes on");
      return retrain(open.get());
    }
    Sighting sighting = new Look(context, folder, registry, clock).look();
    if (sighting.plan().isEmpty()) {
      return new JobResult(sighting.status(), sighting.message(), sighting.figures());
    }
    RunPlan plan = sighting.plan().get();
    Optional<JobResult> before = RetrainJob.finishedBefore(folder, plan.runId());
    if (before.isPresent()) {
      return before.get();
    }
    folder.run(plan.runId()).plan().write(plan);
    context.console().line("retrain " + plan.runId() + ": due because " + plan.why());
    return retrain(plan);
  }

  private JobResult retrain(RunPlan plan) {
    JobResult result = new Retraining(context, folder, plan, registry, watch).run(clock);
    // Where it cannot be told, there is a warning in the log.
    boolean unused = tell(result.status().id(), result.message(), result.figures());
    return result;
  }

  private JobResult explain() {
    Optional<RunPlan> open = toGoOnWith();
    if (open.isPresent()) {
      String message =
          "would go on with run " + open.get().runId() + ", due because " + open.get().why();
      return new JobResult(JobResult.Status.DONE, message, Map.of("runId", open.get().runId()));
    }
    Sighting sighting = new Look(context, folder, registry, clock).look();
    sighting.lines().forEach(context.console()::line);
    return new JobResult(sighting.status(), sighting.message(), sighting.figures());
  }

  /**
   * The run that was given and not finished; where none is given, the oldest unfinished one with
   * these settings that no later one has overtaken. With other settings its parts would not fit
   * together.
   */
  private Optional<RunPlan> toGoOnWith() {
    String digest = Look.settingsDigest(settings);
    Optional<String> given = RetrainSettings.runId(settings);
    for (RunPlan plan : folder.unfinished()) {
      boolean same = plan.settingsDigest().equals(digest);
      if (given.isEmpty() ? same && !overtaken(plan) : given.get().equals(plan.runId())) {
        if (!same) {
          throw new ConflictException(
              "Run "
                  + plan.runId()
                  + " began with other settings; repeat those to go on with it, or give another"
                  + " --run-id");
        }
        return Optional.of(plan);
      }
    }
    return Optional.empty();
  }

  /** Whether a run that began later has ended: it used the same deliveries, and maybe more. */
  private boolean overtaken(RunPlan plan) {
    return folder.finished().stream()
        .anyMatch(run -> run.plan().created().compareTo(plan.created()) > 0);
  }

  /** Why nothing may be tried; empty where something may. */
  private Optional<String> blocked(Streak streak) {
    int most = settings.get(RetrainSettings.MAX_FAILURES);
    boolean again = runId() != null && runId().equals(streak.runId()); // which counted already
    return streak.failures() >= most && !again && !settings.get(RetrainSettings.FORCE)
        ? Optional.of(
            streak.failures()
                + " attempts failed in a row (retrain.max-failures is "
                + most
                + "), the last with: "
                + streak.last()
                + ". Mend that, and run once with --force")
        : Optional.empty();
  }

  /**
   * A scheduler starts it again and again: the webhook hears of it until it has, and then no more.
   */
  private void requireNotBlocked(Streak streak) {
    Optional<String> reason = blocked(streak);
    if (reason.isPresent()) {
      Map<String, Object> figures = Map.of("failuresInARow", streak.failures());
      if (!streak.blockTold() && tell("blocked", reason.get(), figures)) {
        folder.streak().write(new Streak(streak.failures(), streak.last(), true, streak.runId()));
      }
      throw new ConflictException(reason.get());
    }
  }

  /** True where there is a webhook and it took it. */
  private boolean tell(String status, String message, Map<String, Object> figures) {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("command", RetrainJob.COMMAND);
    content.put("status", status);
    content.put("message", message);
    content.put("retrain", settings.get(RetrainSettings.OUTPUT));
    content.putAll(figures);
    return settings
        .get(RetrainSettings.WEBHOOK)
        .filter(url -> new Webhook(url).post(content))
        .isPresent();
  }
}
