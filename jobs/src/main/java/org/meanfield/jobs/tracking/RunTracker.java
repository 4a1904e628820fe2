package org.meanfield.jobs.tracking;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntToDoubleFunction;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.train.Round;
import org.meanfield.train.RoundReport;
import org.meanfield.train.TrainingClock;
import org.meanfield.train.TrainingListener;
import org.mlflow.api.proto.Service.RunStatus;

/**
 * Tells MLflow of a training, epoch by epoch, where the settings name a server; otherwise it does
 * nothing. The training thread only notes numbers: a thread of its own talks to the server, and
 * what the server missed goes with the next epoch.
 *
 * <p>Ownership: closed by its creator; a run that did not get to {@link #finished} has failed then.
 */
public final class RunTracker implements TrainingListener, AutoCloseable {
  private final Optional<TrackingSettings> settings;
  private final JobContext context;
  private final TrackedRun run;
  private final Outages outages;
  // One snapshot may wait; a newer one has all that it has.
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(1),
          MlflowServer::daemon,
          new ThreadPoolExecutor.DiscardOldestPolicy());
  private EpochLog epochs = new EpochLog();
  private IntToDoubleFunction learningRate = iteration -> Double.NaN;
  private int complete;
  private boolean ended;
  // Only that thread touches these.
  private Optional<MlflowServer> server = Optional.empty();
  private Optional<MlflowRun> opened = Optional.empty();

  /** Asks nobody yet. */
  public RunTracker(JobContext context, TrackedRun run) {
    this.settings = TrackingSettings.from(context.settings());
    this.context = context;
    this.run = run;
    this.outages =
        new Outages(
            context.console(),
            settings.map(TrackingSettings::uri).orElse("nowhere"),
            "Training goes on; MLflow is told what it misses when it answers, at the latest when"
                + " the same command is given again");
  }

  /**
   * Where the training goes on from.
   *
   * @param clock before its next round
   * @param journal the run's so far; empty where there is none
   * @param rate the learning rate by iteration
   */
  public void follow(TrainingClock clock, String journal, IntToDoubleFunction rate) {
    try {
      epochs = EpochLog.of(journal, clock.round());
    } catch (JsonProcessingException e) {
      outages.failed("the journal has a line that is not JSON: " + e.getOriginalMessage());
    }
    learningRate = rate;
    complete = clock.epoch();
    send();
  }

  @Override
  public void roundMerged(RoundReport report) {
    Round round = report.round();
    int last = round.iteration() + round.iterations() - 1;
    double rate = learningRate.applyAsDouble(last);
    epochs.round(round.epoch(), report.examples(), report.loss(), rate, report.seconds());
  }

  @Override
  public void validated(TrainingClock clock, double accuracy) {
    epochs.validated(clock.epoch() - 1, accuracy);
  }

  @Override
  public void beforeCheckpoint(TrainingClock clock) {
    if (clock.epoch() > complete) {
      complete = clock.epoch();
      send();
    }
  }

  /**
   * The training is done. Waits for the server, twice {@code mlflow.timeout-seconds} at most.
   *
   * @param files artefacts of the run, by path
   */
  public void finished(Map<String, byte[]> files) {
    end(RunStatus.FINISHED, files);
  }

  /** Where nothing has finished the run, it has failed. */
  @Override
  public void close() {
    if (!ended) {
      end(RunStatus.FAILED, Map.of());
    }
  }

  private void send() {
    List<EpochFigures> figures = epochs.first(complete);
    settings.ifPresent(
        given -> thread.execute(() -> outages.shield(() -> open(given).tell(figures))));
  }

  private void end(RunStatus status, Map<String, byte[]> files) {
    ended = true;
    List<EpochFigures> figures = epochs.first(complete);
    settings.ifPresent(
        given -> {
          Future<?> last =
              thread.submit(
                  () -> {
                    outages.shield(() -> end(open(given), status, figures, files));
                    server.ifPresent(MlflowServer::close);
                  });
          await(last, given.timeout().multipliedBy(2));
          thread.shutdownNow();
        });
  }

  private void end(
      MlflowRun on, RunStatus status, List<EpochFigures> figures, Map<String, byte[]> files) {
    if (!on.knowsAll(figures)) {
      on.tell(figures);
      files.forEach(on::write);
      on.end(status);
    }
  }

  private void await(Future<?> last, Duration longest) {
    try {
      last.get(longest.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      outages.failed("not all was told within " + longest.toMillis() / 1000.0 + " s");
    } catch (ExecutionException e) {
      outages.failed(String.valueOf(e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      outages.failed("interrupted");
    }
  }

  /** The run on the server, looked for until it is found or made. */
  private MlflowRun open(TrackingSettings given) {
    if (server.isEmpty()) {
      server = Optional.of(new MlflowServer(given));
    }
    if (opened.isEmpty()) {
      opened = Optional.of(MlflowRun.open(server.get(), context.storage(), given, run));
    }
    return opened.get();
  }
}
