package org.meanfield.jobs.serve;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.meanfield.config.Setting;
import org.meanfield.error.DataException;
import org.meanfield.error.SettingsException;
import org.meanfield.export.BundleManifest;
import org.meanfield.export.ServingBundle;
import org.meanfield.jobs.cli.BuildInfo;
import org.meanfield.jobs.cli.Job;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.jobs.cli.JobResult;
import org.meanfield.jobs.serve.http.InferenceServer;
import org.meanfield.jobs.serve.http.Metrics;
import org.meanfield.jobs.serve.http.ServerLimits;
import org.meanfield.jobs.serve.model.CurrentModel;
import org.meanfield.jobs.storage.ExitHook;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.registry.PublishedVersion;
import org.meanfield.registry.RegistryState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code meanfield serve}: answers over HTTP with an exported model, until it is told to stop. */
public final class ServeJob implements Job {
  private static final Logger LOGGER = LoggerFactory.getLogger(ServeJob.class);
  private static final Duration LAST_WORDS = Duration.ofSeconds(10);

  private volatile CountDownLatch ended = new CountDownLatch(1);

  @Override
  public String command() {
    return "serve";
  }

  @Override
  public String summary() {
    return "Answer over HTTP with an exported model, or with a registry's champion";
  }

  @Override
  public Needs needs() {
    return Needs.FILES;
  }

  @Override
  public List<Setting<?>> settings() {
    return ServeSettings.declared();
  }

  @Override
  public List<Option> options() {
    return List.of(
        new Option("--model", ServeSettings.MODEL),
        new Option("--host", ServeSettings.HOST),
        new Option("--port", ServeSettings.PORT),
        new Option("--name", ServeSettings.NAME),
        new Option("--output", ServeSettings.OUTPUT));
  }

  @Override
  public Setting<String> output() {
    return ServeSettings.OUTPUT;
  }

  @Override
  public OutputKind outputKind() {
    return OutputKind.VERDICT;
  }

  @Override
  public JobResult run(JobContext context) {
    ServeSettings settings = ServeSettings.from(context.settings());
    Metrics metrics = new Metrics();
    ModelSource source = source(context.storage(), settings);
    try (CurrentModel current = new CurrentModel();
        ModelFollower follower =
            new ModelFollower(
                source,
                context.storage(),
                current,
                settings.batch(),
                metrics,
                context.console()::line)) {
      follower.look();
      InferenceServer.Identity identity =
          new InferenceServer.Identity(
              settings.host(), settings.port(), settings.name(), BuildInfo.current().version());
      InferenceServer server = InferenceServer.start(identity, current, settings.limits(), metrics);
      follower.start(settings.poll());
      context
          .console()
          .line(
              "Listening at http://"
                  + server.address().getHostString()
                  + ":"
                  + server.address().getPort()
                  + "/, model '"
                  + settings.name()
                  + "'");
      if (!follower.isServing()) {
        context.console().line(nothingYet(settings));
      }
      awaitStop(server, settings.limits());
    }
    return new JobResult(JobResult.Status.DONE, "stopped as it was told to", Map.of());
  }

  private static String nothingYet(ServeSettings settings) {
    return "No model answers yet: "
        + settings.model()
        + " names no '"
        + settings.follow()
        + "'; it is looked for every "
        + settings.poll().toMillis() / 1000.0
        + " s ('meanfield registry list' shows the names)";
  }

  /** Returns when SIGTERM or Ctrl-C came and every request in flight was answered. */
  private void awaitStop(InferenceServer server, ServerLimits limits) {
    ended = new CountDownLatch(1);
    Duration most = limits.drain().plus(limits.stop()).plus(LAST_WORDS.multipliedBy(2));
    ExitHook hook = ExitHook.of(() -> stop(server), most);
    try {
      server.awaitClose();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      hook.remove();
      server.close();
    }
  }

  /** The process ends when this returns: the verdict must be written by then. */
  private void stop(InferenceServer server) {
    try {
      server.close();
    } catch (IllegalStateException e) {
      LOGGER.warn("{}", e.getMessage(), e); // the verdict is written all the same
    }
    try {
      if (!ended.await(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)) {
        LOGGER.warn("The process ends before its verdict was written");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void ended() {
    ended.countDown();
  }

  private static ModelSource source(Storage storage, ServeSettings settings) {
    String model = storage.qualify(settings.model());
    if (storage.exists(model + "/" + BundleManifest.FILE)) {
      ServingBundle bundle = ServingBundle.open(model, name -> storage.read(model + "/" + name));
      String version = bundle.manifest().modelId().substring(0, 12);
      return new FixedExport(new ExportLocation(version, model));
    }
    if (storage.exists(model + "/" + RegistryState.FILE) || storage.exists(model + "/versions")) {
      return new FollowedVersion(storage, model, settings.follow());
    }
    if (storage.exists(model + "/" + PublishedVersion.FILE)) {
      if (!settings.follow().equals(FollowedVersion.CHAMPION)) {
        throw new SettingsException(
            "serve.follow is "
                + settings.follow()
                + ", but "
                + model
                + " is a serving folder, which knows the champion alone; give the registry's"
                + " folder");
      }
      return new PublishedFolder(storage, model);
    }
    String found = storage.exists(model) ? "it holds " + storage.list(model) : "nothing is there";
    throw new DataException(
        model
            + " is neither an export (with "
            + BundleManifest.FILE
            + ") nor a registry (with versions/) nor a serving folder (with "
            + PublishedVersion.FILE
            + "): "
            + found
            + "; give the output folder of 'meanfield export', the registry's folder, or the folder"
            + " of retrain.serving");
  }
}
