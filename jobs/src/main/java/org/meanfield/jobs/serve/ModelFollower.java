package org.meanfield.jobs.serve;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.error.MeanfieldException;
import org.meanfield.export.ServingBundle;
import org.meanfield.jobs.serve.http.Metrics;
import org.meanfield.jobs.serve.model.BatchRule;
import org.meanfield.jobs.serve.model.CurrentModel;
import org.meanfield.jobs.serve.model.ServedModel;
import org.meanfield.jobs.storage.Storage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the model that answers the one that its source wants. The next one is read, checked and
 * warmed up while the one before still answers; where that fails the one before goes on answering,
 * and it is tried again at the next look.
 */
final class ModelFollower implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(ModelFollower.class);

  private final ModelSource source;
  private final Storage storage;
  private final CurrentModel current;
  private final BatchRule rule;
  private final Metrics metrics;
  private final Consumer<String> told;
  private final CountDownLatch closed = new CountDownLatch(1);
  private Optional<ExportLocation> serving = Optional.empty();
  private String lastFailure = "";

  /**
   * Follows nothing yet.
   *
   * @param current what is kept up to date
   * @param told is given a line for a person with each change
   */
  ModelFollower(
      ModelSource source,
      Storage storage,
      CurrentModel current,
      BatchRule rule,
      Metrics metrics,
      Consumer<String> told) {
    this.source = source;
    this.storage = storage;
    this.current = current;
    this.rule = rule;
    this.metrics = metrics;
    this.told = told;
  }

  /**
   * Looks once.
   *
   * @throws MeanfieldException where the model that is wanted cannot be opened
   */
  synchronized void look() {
    Optional<ExportLocation> wanted = source.wanted();
    if (wanted.isEmpty() || wanted.equals(serving)) {
      return;
    }
    ExportLocation location = wanted.get();
    ServedModel next = open(location);
    current.replace(next);
    serving = wanted;
    metrics.serving(next);
    told.accept(
        "Serving version "
            + location.version()
            + ": "
            + next.manifest().architecture()
            + " with "
            + next.classes().size()
            + " classes, model "
            + next.manifest().modelId().substring(0, 12)
            + ", from "
            + location.folder());
  }

  /** True once it found a model that answers. */
  synchronized boolean isServing() {
    return serving.isPresent();
  }

  /** Looks again and again, on a thread of its own, until it is closed. */
  void start(Duration interval) {
    Thread thread = new Thread(() -> follow(interval), "model-follower");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() {
    closed.countDown();
  }

  private ServedModel open(ExportLocation location) {
    ServingBundle bundle =
        ServingBundle.open(location.folder(), name -> storage.read(location.folder() + "/" + name));
    return ServedModel.open(
        location.version(), location.folder(), bundle, rule, metrics::batchComputed);
  }

  private void follow(Duration interval) {
    try {
      while (!closed.await(interval.toMillis(), TimeUnit.MILLISECONDS)) {
        lookOrTell();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void lookOrTell() {
    try {
      look();
      lastFailure = "";
    } catch (MeanfieldException | UncheckedIOException e) {
      failed(e.getMessage(), e instanceof CorruptArtifactException ? null : e);
    } catch (RuntimeException | Error e) {
      // A model too large for the memory that is left must not end the following of later ones.
      failed("unexpected " + e, e);
    }
  }

  private void failed(String message, Throwable cause) {
    metrics.modelFailed();
    if (!message.equals(lastFailure)) {
      lastFailure = message;
      LOGGER.error(
          "The model that is wanted cannot be served, {}: {}",
          serving.map(location -> "version " + location.version() + " goes on").orElse("none is"),
          message,
          cause);
    }
  }
}
