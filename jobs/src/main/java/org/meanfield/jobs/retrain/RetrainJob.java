package org.meanfield.jobs.retrain;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.meanfield.config.Setting;
import org.meanfield.config.Settings;
import org.meanfield.error.SettingsException;
import org.meanfield.jobs.cli.Job;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.jobs.cli.JobResult;
import org.meanfield.jobs.evaluate.EvaluateJob;
import org.meanfield.jobs.export.ExportJob;
import org.meanfield.jobs.ingest.IngestJob;
import org.meanfield.jobs.registry.ModelRegistry;
import org.meanfield.jobs.registry.PromotionSettings;
import org.meanfield.jobs.registry.RegistrySettings;
import org.meanfield.jobs.storage.FolderLock;
import org.meanfield.jobs.storage.OutputPlace;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.jobs.tracking.TrackingSettings;
import org.meanfield.jobs.train.TrainJob;

/**
 * From new labelled images to a served champion, by any scheduler, at any moment: what is done is
 * not done again, and a worse model does not get through.
 */
public final class RetrainJob implements Job {
  static final String COMMAND = "retrain";

  /** Settings of other commands that a run decides itself. */
  private static final Set<String> DECIDED =
      Set.of(
          "ingest.input",
          "ingest.output",
          "ingest.max-reject-fraction",
          "train.data",
          "train.output",
          "model.start-from",
          "evaluate.model",
          "evaluate.data",
          "evaluate.split",
          "evaluate.output",
          "export.model",
          "export.output",
          "export.data",
          TrackingSettings.RUN_NAME.key());

  private final Retraining.Watch watch;
  private final Clock clock;

  /** With the machine's clock. */
  public RetrainJob() {
    this(new Retraining.Watch() {}, Clock.systemUTC());
  }

  RetrainJob(Retraining.Watch watch, Clock clock) {
    this.watch = watch;
    this.clock = clock;
  }

  @Override
  public String command() {
    return COMMAND;
  }

  @Override
  public String summary() {
    return "From new labelled images to a served champion; to be run by a scheduler";
  }

  @Override
  public List<Setting<?>> settings() {
    List<Setting<?>> all = new ArrayList<>(RetrainSettings.declared());
    all.addAll(TriggerSettings.declared());
    all.addAll(ValidationSettings.declared());
    all.addAll(PromotionSettings.declared());
    all.add(RegistrySettings.PATH);
    all.add(RegistrySettings.BY);
    all.add(TrackingSettings.REGISTERED_MODEL);
    for (Job sibling :
        List.of(new IngestJob(), new TrainJob(), new EvaluateJob(), new ExportJob())) {
      sibling.settings().stream()
          .filter(setting -> !DECIDED.contains(setting.key()))
          .forEach(all::add);
    }
    return List.copyOf(all);
  }

  @Override
  public List<Option> options() {
    return List.of(
        new Option("--input", RetrainSettings.INPUT),
        new Option("--output", RetrainSettings.OUTPUT),
        new Option("--base", RetrainSettings.BASE),
        new Option("--registry", RegistrySettings.PATH),
        new Option("--serving", RetrainSettings.SERVING),
        new Option("--run-id", RetrainSettings.RUN_ID),
        new Option("--dry-run", RetrainSettings.DRY_RUN),
        new Option("--force", RetrainSettings.FORCE),
        new Option("--override", RetrainSettings.OVERRIDE),
        new Option("--by", RegistrySettings.BY));
  }

  @Override
  public Setting<String> output() {
    return RetrainSettings.OUTPUT;
  }

  @Override
  public OutputKind outputKind() {
    return OutputKind.VERDICT;
  }

  /** A dry run leaves the verdict of the last real one alone. */
  @Override
  public String outputFolder(Settings settings) {
    String output = settings.get(RetrainSettings.OUTPUT).replaceFirst("/+$", "");
    return settings.get(RetrainSettings.DRY_RUN) ? output + "/dry-run" : output;
  }

  @Override
  public JobResult run(JobContext context) {
    Settings settings = context.settings();
    Storage storage = context.storage();
    String root = storage.qualify(settings.get(RetrainSettings.OUTPUT).replaceFirst("/+$", ""));
    RetrainFolder folder = new RetrainFolder(storage, root);
    Optional<JobResult> before =
        RetrainSettings.runId(settings).flatMap(id -> finishedBefore(folder, id));
    if (before.isPresent()) {
      return before.get();
    }
    requireOutsideDeliveries(storage, settings);
    String by = RegistrySettings.by(settings);
    ModelRegistry registry =
        new ModelRegistry(storage, storage.qualify(RegistrySettings.path(settings)), by, clock);
    Duration expiry =
        Duration.ofMillis(Math.round(settings.get(RetrainSettings.LOCK_MINUTES) * 60_000));
    String owner = by + ", process " + ProcessHandle.current().pid();
    try (FolderLock lock = FolderLock.acquire(storage, folder.lock(), owner, expiry, clock)) {
      return RetrainSettings.runId(settings)
          .flatMap(id -> finishedBefore(folder, id))
          .orElseGet(() -> new Attempt(context, folder, registry, watched(lock), clock).run());
    }
  }

  /** Each entry of the input is a delivery: what is written there would be trained on. */
  private static void requireOutsideDeliveries(Storage storage, Settings settings) {
    String input = storage.qualify(settings.get(RetrainSettings.INPUT));
    OutputPlace.requireOutside(
        storage.qualify(settings.get(RetrainSettings.OUTPUT)),
        RetrainSettings.OUTPUT.key(),
        input,
        Deliveries::isSkipped);
    Map<String, String> written = new LinkedHashMap<>();
    written.put(RegistrySettings.PATH.key(), RegistrySettings.path(settings));
    settings
        .get(RetrainSettings.SERVING)
        .ifPresent(serving -> written.put(RetrainSettings.SERVING.key(), serving));
    written.forEach(
        (key, given) -> {
          String place = storage.qualify(given);
          if (OutputPlace.isReadWith(place, input, Deliveries::isSkipped)) {
            throw new SettingsException(OutputPlace.trouble(place, key, input));
          }
        });
  }

  /** The answer to a run that was finished before; empty where it was not. */
  static Optional<JobResult> finishedBefore(RetrainFolder folder, String runId) {
    return folder
        .run(runId)
        .outcome()
        .read()
        .map(
            outcome -> {
              Map<String, Object> figures = new LinkedHashMap<>(outcome.figures());
              figures.put("outcome", outcome.status().id());
              return new JobResult(
                  JobResult.Status.NOTHING_TO_DO,
                  "finished before ("
                      + outcome.status().id()
                      + ", "
                      + outcome.finished()
                      + "): "
                      + outcome.message(),
                  figures);
            });
  }

  /** No step starts, and none counts, where the lock was lost. */
  private Retraining.Watch watched(FolderLock lock) {
    return new Retraining.Watch() {
      @Override
      public void starts(String step) {
        lock.requireHeld();
        watch.starts(step);
      }

      @Override
      public void commits(String step) {
        lock.requireHeld();
        watch.commits(step);
      }

      @Override
      public void committed(String step) {
        watch.committed(step);
      }
    };
  }
}
