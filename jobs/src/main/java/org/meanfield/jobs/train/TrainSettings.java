package org.meanfield.jobs.train;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.meanfield.average.AveragingSchedule;
import org.meanfield.average.ExchangeCodec;
import org.meanfield.average.OuterOptimizer;
import org.meanfield.config.Setting;
import org.meanfield.config.Settings;
import org.meanfield.data.ImageSpec;
import org.meanfield.engine.Engine;
import org.meanfield.engine.Engines;
import org.meanfield.engine.Precision;
import org.meanfield.jobs.spark.DeviceChoice;
import org.meanfield.jobs.tracking.TrackingSettings;
import org.meanfield.model.Network;
import org.meanfield.train.LoopIntervals;
import org.meanfield.train.TrainingPlan;
import org.meanfield.train.WorkerTrainer.IdRecording;

/**
 * What a training run is asked to do, beside its model and optimizer.
 *
 * @param data data set
 * @param output the run's folder
 * @param workers K
 * @param epochs passes over the training split
 * @param batchSize images of a worker's step
 * @param engine as it is asked for, which may be any that knows the network
 * @param seed of everything that is drawn
 * @param labelSmoothing share of a target that is spread over all classes
 * @param averaging when replicas are merged
 * @param outer the step from a merged state to the mean of the next round's
 * @param exchange how states travel to a merge
 * @param runner where rounds run
 * @param roundTimeout seconds for which a resident round is waited for
 * @param intervals between checkpoints, and between validations
 * @param keptCheckpoints how many of the newest stay
 * @param recording whether the journal names examples
 * @param store how executors keep examples
 */
record TrainSettings(
    String data,
    String output,
    int workers,
    int epochs,
    int batchSize,
    String engine,
    long seed,
    double labelSmoothing,
    AveragingSchedule averaging,
    OuterOptimizer outer,
    ExchangeCodec exchange,
    RunnerKind runner,
    int roundTimeout,
    LoopIntervals intervals,
    int keptCheckpoints,
    IdRecording recording,
    StoreSettings store) {

  /** When replicas are merged. */
  enum AveragingKind {
    /** The same period throughout. */
    CONSTANT,
    /** Every iteration first, then every period. */
    POST_LOCAL
  }

  /** Where rounds run. */
  enum RunnerKind {
    /** Resident, where the cluster allows it. */
    AUTO,
    /** Many rounds in a Spark job, states exchanged between executors. */
    RESIDENT,
    /** A Spark job a round, states merged by the driver. */
    JOB
  }

  static final Setting<String> DATA =
      Setting.text("train.data").means("The data set to train on: the output folder of 'ingest'.");
  static final Setting<String> OUTPUT =
      Setting.text("train.output")
          .means(
              "The run's folder. The same command on an unfinished run goes on where it stopped.");
  static final Setting<Integer> WORKERS =
      Setting.integer("train.workers")
          .atLeast(1)
          .atMost(4096)
          .defaultsTo(4)
          .means(
              "Logical workers K: each owns a shard and trains a replica. Part of the result; how"
                  + " many executors run them is not.");
  static final Setting<Integer> EPOCHS =
      Setting.integer("train.epochs")
          .atLeast(1)
          .defaultsTo(5)
          .means("Passes over the training split.");
  static final Setting<Integer> BATCH_SIZE =
      Setting.integer("train.batch-size")
          .atLeast(1)
          .defaultsTo(64)
          .means("Images of one worker's optimiser step.");
  static final Setting<String> ENGINE =
      Setting.text("train.engine")
          .limited("one of " + String.join(", ", Engines.names()), Engines.names()::contains)
          .defaultsTo(Engines.AUTO)
          .means(
              "What computes: 'torch' is LibTorch, 'nd4j' is Deeplearning4j itself; 'auto' takes"
                  + " torch where its natives load and it knows all of the network's layers. A run"
                  + " keeps the engine that it began with, see train.change-engine.");
  static final Setting<Boolean> CHANGE_ENGINE =
      Setting.flag("train.change-engine")
          .defaultsTo(false)
          .means(
              "Let an unfinished run go on with train.engine and train.precision as they are now,"
                  + " from its newest checkpoint. Without it, another engine than the one it began"
                  + " with is refused. Its last bits are those of neither engine alone.");
  static final Setting<String> PRECISION =
      Setting.text("train.precision")
          .limited("one of " + String.join(", ", Precision.names()), Precision.names()::contains)
          .defaultsTo(Precision.FP32.toString())
          .means(
              "What engine torch computes products and convolutions in; weights, updater state,"
                  + " loss and batch-norm statistics stay in fp32. 'auto' takes bf16 where the"
                  + " processor or GPU of every executor that holds a shard has instructions for"
                  + " it, and says so.");
  static final Setting<DeviceChoice> DEVICE =
      Setting.choice("train.device", DeviceChoice.class)
          .defaultsTo(DeviceChoice.AUTO)
          .means(
              "What tasks compute on: 'auto' takes the GPU that Spark gave a task, and refuses to"
                  + " leave it unused where the engine cannot compute on it; else the processor."
                  + " 'cuda' insists on a GPU, which in one process (master local) is the first.");
  static final Setting<Boolean> REQUIRE_EQUAL_KERNELS =
      Setting.flag("train.require-equal-kernels")
          .defaultsTo(false)
          .means(
              "Refuse to train where executors round differently, because of their processors,"
                  + " environment or libraries. Without it such a run goes on with a warning, and"
                  + " result.json says so.");
  static final Setting<Long> SEED =
      Setting.longInteger("train.seed")
          .defaultsTo(1L)
          .means("Seed of initial weights, sharding, order, augmentation and dropout.");
  static final Setting<Double> LABEL_SMOOTHING =
      Setting.decimal("train.label-smoothing")
          .atLeast(0)
          .below(1)
          .defaultsTo(0.0)
          .means("Share of each target that is spread over all classes.");
  static final Setting<AveragingKind> AVERAGING =
      Setting.choice("train.averaging", AveragingKind.class)
          .defaultsTo(AveragingKind.CONSTANT)
          .means(
              "How the averaging period runs: constant, or post-local (1 until"
                  + " train.post-local-epochs, then the period).");
  static final Setting<Integer> AVERAGING_PERIOD =
      Setting.integer("train.averaging-period")
          .atLeast(1)
          .defaultsTo(16)
          .means("Local iterations k between two merges.");
  static final Setting<Double> POST_LOCAL_EPOCHS =
      Setting.decimal("train.post-local-epochs")
          .atLeast(0)
          .defaultsTo(1.0)
          .means("Epochs that merge after every iteration, where train.averaging is post-local.");
  static final Setting<Double> OUTER_LEARNING_RATE =
      Setting.decimal("train.outer-learning-rate")
          .above(0)
          .defaultsTo(1.0)
          .means("How far the coordinator goes towards the replicas' mean; 1 is plain averaging.");
  static final Setting<Double> OUTER_MOMENTUM =
      Setting.decimal("train.outer-momentum")
          .atLeast(0)
          .below(1)
          .defaultsTo(0.0)
          .means("Momentum of the outer step (BMUF, SlowMo); 0 is plain averaging.");
  static final Setting<Boolean> OUTER_NESTEROV =
      Setting.flag("train.outer-nesterov")
          .defaultsTo(false)
          .means("Nesterov's look-ahead in the outer step (DiLoCo).");
  static final Setting<ExchangeCodec> EXCHANGE =
      Setting.choice("train.exchange", ExchangeCodec.class)
          .defaultsTo(ExchangeCodec.FP32)
          .means(
              "How states are written when they are merged: every bit, or their move since the last"
                  + " merge in bf16 (a half) or in int8 with a scale per 256 values (a quarter)."
                  + " Moves of several workers of one process are summed there first, exactly, and"
                  + " go out in full; the mean comes back in the codec. Part of the result.");
  static final Setting<RunnerKind> RUNNER =
      Setting.choice("train.runner", RunnerKind.class)
          .defaultsTo(RunnerKind.AUTO)
          .means(
              "How rounds run: 'resident' keeps tasks on the executors, which merge among"
                  + " themselves; 'job' is a Spark job a round, merged by the driver; 'auto' is"
                  + " resident where Spark's settings allow it and more than one task runs at a"
                  + " time, and says so. The result is the same.");
  static final Setting<Integer> ROUND_TIMEOUT =
      Setting.integer("train.round-timeout")
          .atLeast(1)
          .defaultsTo(600)
          .means(
              "Seconds that the others wait for a task in a resident round before they go on"
                  + " without it; more than writing a checkpoint takes.");
  static final Setting<Integer> VALIDATION_INTERVAL =
      Setting.integer("train.validation-interval")
          .atLeast(0)
          .defaultsTo(1)
          .means(
              "Epochs between measurements on the validation split, the last epoch always included;"
                  + " 0 for never.");
  static final Setting<Integer> CHECKPOINT_INTERVAL =
      Setting.integer("checkpoint.interval")
          .atLeast(1)
          .defaultsTo(50)
          .means("Rounds between checkpoints; the end of an epoch always has one.");
  static final Setting<Integer> CHECKPOINT_KEEP =
      Setting.integer("checkpoint.keep")
          .atLeast(1)
          .defaultsTo(2)
          .means(
              "How many of the newest checkpoints stay; the best by validation accuracy stays"
                  + " too.");
  static final Setting<Boolean> RECORD_EXAMPLES =
      Setting.flag("train.record-examples")
          .defaultsTo(false)
          .means("Write the ids of each round's examples to the journal, 67 bytes an example.");

  /** Settings that may differ between two commands that go on with the same run. */
  static final Set<Setting<?>> FREE =
      with(
          TrackingSettings.declared(),
          DATA,
          OUTPUT,
          ENGINE,
          CHANGE_ENGINE,
          RUNNER,
          ROUND_TIMEOUT,
          DEVICE,
          REQUIRE_EQUAL_KERNELS,
          VALIDATION_INTERVAL,
          CHECKPOINT_INTERVAL,
          CHECKPOINT_KEEP,
          RECORD_EXAMPLES,
          StoreSettings.STORE,
          StoreSettings.MEMORY,
          StoreSettings.DECODE_THREADS);

  private static Set<Setting<?>> with(List<Setting<?>> some, Setting<?>... more) {
    Set<Setting<?>> all = new LinkedHashSet<>(some);
    Collections.addAll(all, more);
    return Collections.unmodifiableSet(all);
  }

  /** Those of store and augmentation too, in the order of the documentation. */
  static List<Setting<?>> declared() {
    List<Setting<?>> all = new ArrayList<>();
    Collections.addAll(
        all,
        DATA,
        OUTPUT,
        WORKERS,
        EPOCHS,
        BATCH_SIZE,
        ENGINE,
        CHANGE_ENGINE,
        PRECISION,
        DEVICE,
        REQUIRE_EQUAL_KERNELS,
        SEED,
        LABEL_SMOOTHING,
        AVERAGING,
        AVERAGING_PERIOD,
        POST_LOCAL_EPOCHS,
        OUTER_LEARNING_RATE,
        OUTER_MOMENTUM,
        OUTER_NESTEROV,
        EXCHANGE,
        RUNNER,
        ROUND_TIMEOUT,
        VALIDATION_INTERVAL,
        RECORD_EXAMPLES,
        StoreSettings.STORE,
        StoreSettings.MEMORY,
        StoreSettings.DECODE_THREADS);
    all.addAll(AugmentationSettings.declared());
    Collections.addAll(all, CHECKPOINT_INTERVAL, CHECKPOINT_KEEP);
    return List.copyOf(all);
  }

  /**
   * From resolved settings.
   *
   * @param examples in the training split
   */
  static TrainSettings from(Settings settings, long examples) {
    int epochs = settings.get(EPOCHS);
    long shard = ceilDiv(examples, settings.get(WORKERS));
    int iterationsPerEpoch = Math.toIntExact(ceilDiv(shard, settings.get(BATCH_SIZE)));
    return new TrainSettings(
        settings.get(DATA),
        settings.get(OUTPUT),
        settings.get(WORKERS),
        epochs,
        settings.get(BATCH_SIZE),
        settings.get(ENGINE),
        settings.get(SEED),
        settings.get(LABEL_SMOOTHING),
        averaging(settings, iterationsPerEpoch),
        new OuterOptimizer(
            settings.get(OUTER_LEARNING_RATE),
            settings.get(OUTER_MOMENTUM),
            settings.get(OUTER_NESTEROV)
                ? OuterOptimizer.LookAhead.NESTEROV
                : OuterOptimizer.LookAhead.NONE),
        settings.get(EXCHANGE),
        settings.get(RUNNER),
        settings.get(ROUND_TIMEOUT),
        new LoopIntervals(
            settings.get(CHECKPOINT_INTERVAL), settings.get(VALIDATION_INTERVAL), epochs),
        settings.get(CHECKPOINT_KEEP),
        settings.get(RECORD_EXAMPLES) ? IdRecording.ON : IdRecording.OFF,
        StoreSettings.from(settings));
  }

  /** The plan of a run on shards of these sizes. */
  TrainingPlan plan(Settings settings, Network network, List<Integer> shardSizes, Engine engine) {
    ImageSpec spec = network.imageSpec();
    return new TrainingPlan(
        network,
        shardSizes,
        epochs,
        batchSize,
        averaging,
        outer,
        exchange,
        AugmentationSettings.from(settings, spec.height(), spec.channels()),
        labelSmoothing,
        seed,
        engine.name());
  }

  /** Iterations of each worker in the whole run. */
  static int totalIterations(Settings settings, long examples) {
    long shard = ceilDiv(examples, settings.get(WORKERS));
    return Math.toIntExact(settings.get(EPOCHS) * ceilDiv(shard, settings.get(BATCH_SIZE)));
  }

  private static long ceilDiv(long dividend, long divisor) {
    return (dividend + divisor - 1) / divisor;
  }

  private static AveragingSchedule averaging(Settings settings, int iterationsPerEpoch) {
    int period = settings.get(AVERAGING_PERIOD);
    if (settings.get(AVERAGING) == AveragingKind.CONSTANT) {
      return new AveragingSchedule.Constant(period);
    }
    int switchIteration = (int) Math.round(settings.get(POST_LOCAL_EPOCHS) * iterationsPerEpoch);
    return new AveragingSchedule.PostLocal(switchIteration, period);
  }
}
