package org.meanfield.jobs.dl4j;

import java.util.Collections;
import java.util.Optional;
import java.util.UUID;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.api.Model;
import org.meanfield.engine.Engines;
import org.meanfield.engine.nd4j.LiveNetwork;
import org.meanfield.error.SettingsException;
import org.meanfield.image.Augmentation;
import org.meanfield.jobs.spark.ClusterRunner;
import org.meanfield.jobs.storage.HadoopArtifacts;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.model.FloatVector;
import org.meanfield.model.Network;
import org.meanfield.train.Checkpoint;
import org.meanfield.train.LoopIntervals;
import org.meanfield.train.RunJournal;
import org.meanfield.train.TrainingClock;
import org.meanfield.train.TrainingLoop;
import org.meanfield.train.TrainingPlan;
import org.meanfield.train.WorkerTrainer.IdRecording;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a master does in a fit, and what it keeps for the next one: shards, open replicas, the
 * clock. A fit is one epoch; the program says how many there are. Not thread-safe.
 */
final class Fitting implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Fitting.class);

  private final MasterSettings settings;
  private final FittedShards shards = new FittedShards(UUID.randomUUID().toString());
  private Optional<Opened> opened = Optional.empty();
  private Optional<Model> fitted = Optional.empty();
  private Optional<Checkpoint> last = Optional.empty();
  private boolean resuming;

  /** A runner that stays open while network, data and application are the same. */
  private record Opened(TrainingPlan plan, FittedShards.Current data, ClusterRunner runner) {}

  Fitting(MasterSettings settings) {
    this.settings = settings;
  }

  /** One epoch over the data, from what the network has learned so far. */
  void fit(JavaSparkContext spark, LiveNetwork network, FitData<?> data, FitEvents events) {
    long start = System.currentTimeMillis();
    Optional<FittedShards.Current> current =
        shards.of(spark, data, settings.workers(), settings.seed(), events);
    if (current.isEmpty()) {
      LOG.warn("The RDD holds no example: the network stays as it is");
      return;
    }
    TrainingPlan plan = plan(network.network(current.get().shape()), current.get());
    Optional<RunDirectory> run = runDirectory(spark);
    int epoch = network.epoch();
    Checkpoint from = start(network, identity(plan), run);
    if (from.clock().epoch() > epoch) {
      LOG.info(
          "Fit {} was done before: the network takes the checkpoint after round {}",
          epoch,
          from.clock().round());
      network.learn(from.state(), from.clock().iteration());
      return;
    }
    resuming = false;
    run.ifPresent(folder -> folder.describe(identity(plan), plan, settings, spark.sc()));
    events.begins();
    train(spark, plan.withEpochs(epoch + 1), current.get(), from, events, run);
    events.took(FitTimes.FIT, start, plan.examplesPerEpoch());
    events.ends();
  }

  private void train(
      JavaSparkContext spark,
      TrainingPlan plan,
      FittedShards.Current data,
      Checkpoint from,
      FitEvents events,
      Optional<RunDirectory> run) {
    // A listener may run Spark jobs of its own, for which rounds that went on would leave no slot.
    LoopIntervals intervals =
        events.wantsEveryState()
            ? new LoopIntervals(1, 0, plan.epochs(), 1)
            : new LoopIntervals(settings.checkpointRounds(), 0, plan.epochs());
    ClusterRunner runner = runner(spark, plan, data);
    Optional<RunJournal> journal = run.map(folder -> folder.journal(from.clock(), plan.network()));
    journal.ifPresent(events::recordIn);
    TrainingLoop loop =
        new TrainingLoop(
            plan,
            runner,
            state -> Double.NaN,
            now -> {
              merged(now, events);
              if (isDue(now.clock())) {
                run.ifPresent(folder -> folder.keep(journal.orElseThrow(), now));
              }
            },
            intervals,
            events);
    loop.run(from);
  }

  private void merged(Checkpoint now, FitEvents events) {
    last = Optional.of(now);
    events.learned(now);
  }

  private boolean isDue(TrainingClock clock) {
    return clock.epochIteration() == 0 || clock.round() % settings.checkpointRounds() == 0;
  }

  /** Where this fit starts: with what the network holds, unless an unfinished run goes on. */
  private Checkpoint start(LiveNetwork network, String identity, Optional<RunDirectory> run) {
    if (fitted.isEmpty() || fitted.get() != network.model()) {
      begin(network, identity, run);
    }
    if (resuming && last.orElseThrow().clock().epoch() >= network.epoch()) {
      return last.orElseThrow();
    }
    resuming = false;
    TrainingClock clock = last.map(Checkpoint::clock).orElse(TrainingClock.START);
    FloatVector velocity = last.map(Checkpoint::velocity).orElse(FloatVector.empty());
    TrainingClock now =
        new TrainingClock(clock.round(), network.iteration(), network.epoch(), 0, clock.examples());
    return new Checkpoint(identity, now, network.state(), velocity, Double.NaN);
  }

  private void begin(LiveNetwork network, String identity, Optional<RunDirectory> run) {
    if (fitted.isPresent() && run.isPresent()) {
      throw new SettingsException(
          "runDir "
              + settings.runDir().orElseThrow()
              + " is the run of another network; build a master with its own runDir for this one");
    }
    fitted = Optional.of(network.model());
    last = run.flatMap(folder -> folder.newest(identity));
    resuming = last.isPresent();
  }

  private Optional<RunDirectory> runDirectory(JavaSparkContext spark) {
    Storage storage = new Storage(spark.hadoopConfiguration());
    return settings
        .runDir()
        .map(folder -> new RunDirectory(new HadoopArtifacts(storage, storage.qualify(folder))));
  }

  /** The plan of every epoch that the program may ask for. */
  private TrainingPlan plan(Network network, FittedShards.Current data) {
    if (opened.isPresent()
        && opened.get().data().equals(data)
        && opened.get().plan().network().configurationJson().equals(network.configurationJson())) {
      return opened.get().plan();
    }
    String engine = Engines.forNetwork(settings.engine(), settings.precision(), network).name();
    LOG.info("{} workers on engine {}", data.shards().sizes().size(), engine);
    return new TrainingPlan(
        network,
        data.shards().sizes(),
        Integer.MAX_VALUE,
        settings.batchSizePerWorker(),
        settings.averaging(),
        settings.outer(),
        settings.exchange(),
        Augmentation.none(),
        0,
        settings.seed(),
        engine);
  }

  /** What all fits of a run share: everything but how large the shards of each are. */
  private static String identity(TrainingPlan plan) {
    return new TrainingPlan(
            plan.network(),
            Collections.nCopies(plan.workers(), 1),
            plan.epochs(),
            plan.batchSize(),
            plan.averaging(),
            plan.outer(),
            plan.exchange(),
            plan.augmentation(),
            plan.labelSmoothing(),
            plan.seed(),
            plan.engine())
        .digest();
  }

  private ClusterRunner runner(
      JavaSparkContext spark, TrainingPlan plan, FittedShards.Current data) {
    TrainingPlan endless = plan.withEpochs(Integer.MAX_VALUE);
    if (opened.isEmpty()
        || !opened.get().data().equals(data)
        || !opened.get().plan().equals(endless)) {
      closeRunner();
      ClusterRunner runner =
          ClusterRunner.fastest(
              spark,
              endless,
              data.shards(),
              IdRecording.OFF,
              settings.roundTimeoutSeconds(),
              why -> LOG.warn("{}", why));
      opened = Optional.of(new Opened(endless, data, runner));
    }
    return opened.get().runner();
  }

  private void closeRunner() {
    opened.filter(open -> open.data().isAlive()).ifPresent(open -> open.runner().close());
    opened = Optional.empty();
  }

  /** Frees shards and replicas; the next fit makes them anew. */
  @Override
  public void close() {
    closeRunner();
    shards.close();
  }
}
