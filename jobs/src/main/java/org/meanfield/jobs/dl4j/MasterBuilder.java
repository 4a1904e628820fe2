package org.meanfield.jobs.dl4j;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.spark.storage.StorageLevel;
import org.deeplearning4j.spark.api.RDDTrainingApproach;
import org.deeplearning4j.spark.api.Repartition;
import org.deeplearning4j.spark.api.RepartitionStrategy;
import org.deeplearning4j.spark.api.TrainingHook;
import org.meanfield.average.AveragingSchedule;
import org.meanfield.average.ExchangeCodec;
import org.meanfield.average.OuterOptimizer;
import org.meanfield.engine.Precision;
import org.meanfield.error.SettingsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The settings of a {@link MeanfieldTrainingMaster}. Every method of stock's builder is here, so
 * that a program compiles with another class name: it does the same, or has nothing to do here and
 * is named in a line of the log, or is refused.
 */
public abstract sealed class MasterBuilder permits MeanfieldTrainingMaster.Builder {
  private static final Logger LOG = LoggerFactory.getLogger(MasterBuilder.class);

  private final Optional<Integer> workers;
  private final List<String> idle = new ArrayList<>();
  private int batchSizePerWorker = MasterSettings.DEFAULTS.batchSizePerWorker();
  private AveragingSchedule averaging = MasterSettings.DEFAULTS.averaging();
  private OuterOptimizer outer = MasterSettings.DEFAULTS.outer();
  private ExchangeCodec exchange = MasterSettings.DEFAULTS.exchange();
  private String engine = MasterSettings.DEFAULTS.engine();
  private Precision precision = MasterSettings.DEFAULTS.precision();
  private long seed = MasterSettings.DEFAULTS.seed();
  private Optional<String> runDir = Optional.empty();
  private int checkpointRounds = MasterSettings.DEFAULTS.checkpointRounds();
  private double roundTimeoutSeconds = MasterSettings.DEFAULTS.roundTimeoutSeconds();
  private boolean collectTrainingStats;

  MasterBuilder(Optional<Integer> workers, int rddDataSetNumExamples) {
    if (rddDataSetNumExamples < 1) {
      throw new SettingsException(
          "MeanfieldTrainingMaster: a DataSet has at least one example; found "
              + rddDataSetNumExamples);
    }
    this.workers = workers;
  }

  /** Examples of one worker's step; 16 unless set. */
  public MasterBuilder batchSizePerWorker(int examples) {
    this.batchSizePerWorker = examples;
    return this;
  }

  /** Iterations of each worker between two merges; 5 unless set. */
  public MasterBuilder averagingFrequency(int iterations) {
    return averagingSchedule(new AveragingSchedule.Constant(iterations));
  }

  /** When replicas are merged, where that changes during training. */
  public MasterBuilder averagingSchedule(AveragingSchedule schedule) {
    this.averaging = schedule;
    return this;
  }

  /** What is done with the mean of the replicas: plain averaging unless set. */
  public MasterBuilder outerOptimizer(OuterOptimizer optimizer) {
    this.outer = optimizer;
    return this;
  }

  /** How states are written when they are exchanged: every bit unless set. */
  public MasterBuilder exchange(ExchangeCodec codec) {
    this.exchange = codec;
    return this;
  }

  /** {@code auto} (unless set), {@code torch} or {@code nd4j}. */
  public MasterBuilder engine(String name) {
    this.engine = name;
    return this;
  }

  /** What the engine computes in: fp32 unless set. */
  public MasterBuilder precision(Precision computedIn) {
    this.precision = computedIn;
    return this;
  }

  /** Of the order of examples and of dropout; 1 unless set. */
  public MasterBuilder rngSeed(long rngSeed) {
    this.seed = rngSeed;
    return this;
  }

  /**
   * Where checkpoints lie, with a description of the run and its journal, on any file system of
   * Hadoop's. The same program, started again, takes fits that were done before from there and goes
   * on with the one that was not.
   */
  public MasterBuilder runDir(String folder) {
    this.runDir = Optional.of(folder);
    return this;
  }

  /** A checkpoint every so many rounds; without this there is one after each fit. */
  public MasterBuilder checkpointEveryRounds(int rounds) {
    this.checkpointRounds = rounds;
    return this;
  }

  /** How long anybody is waited for in a round; 600 unless set. */
  public MasterBuilder roundTimeoutSeconds(double seconds) {
    this.roundTimeoutSeconds = seconds;
    return this;
  }

  /** Whether times are collected from the start, as {@code setCollectTrainingStats} does later. */
  public MasterBuilder collectTrainingStats(boolean collect) {
    this.collectTrainingStats = collect;
    return this;
  }

  /**
   * Only true is possible: momentum and moments belong to what a round starts from, else its result
   * would depend on where a worker ran before.
   */
  public MasterBuilder saveUpdater(boolean save) {
    if (!save) {
      throw new SettingsException(
          "MeanfieldTrainingMaster always merges and keeps the updater state; leave"
              + " saveUpdater(false) out, or train with ParameterAveragingTrainingMaster");
    }
    return this;
  }

  /** None is possible: see {@link MeanfieldTrainingMaster#addHook}. */
  public MasterBuilder trainingHooks(Collection<TrainingHook> hooks) {
    if (hooks != null && !hooks.isEmpty()) {
      throw hooksRefused();
    }
    return this;
  }

  /** None is possible: see {@link MeanfieldTrainingMaster#addHook}. */
  public MasterBuilder trainingHooks(TrainingHook... hooks) {
    return trainingHooks(List.of(hooks));
  }

  /** Without effect: executors merge in slices among themselves. */
  public MasterBuilder aggregationDepth(int levels) {
    return idle("aggregationDepth");
  }

  /** Without effect: minibatches are always made ahead. */
  public MasterBuilder workerPrefetchNumBatches(int minibatches) {
    return idle("workerPrefetchNumBatches");
  }

  /** Without effect: shards of equal size are made once, whatever the partitions are. */
  public MasterBuilder repartionData(Repartition repartition) {
    return idle("repartionData");
  }

  /** Without effect: shards of equal size are made once, whatever the partitions are. */
  public MasterBuilder repartitionStrategy(RepartitionStrategy strategy) {
    return idle("repartitionStrategy");
  }

  /** Without effect: shards lie in memory-mapped files of the executors. */
  public MasterBuilder storageLevel(StorageLevel level) {
    return idle("storageLevel");
  }

  /** Without effect: shards lie in memory-mapped files of the executors. */
  public MasterBuilder storageLevelStreams(StorageLevel level) {
    return idle("storageLevelStreams");
  }

  /** Without effect: there is one way, shards on the executors. */
  public MasterBuilder rddTrainingApproach(RDDTrainingApproach approach) {
    return idle("rddTrainingApproach");
  }

  /** Without effect: nothing is exported. */
  public MasterBuilder exportDirectory(String folder) {
    return idle("exportDirectory");
  }

  /**
   * The master.
   *
   * @throws SettingsException where a value is out of range
   */
  public MeanfieldTrainingMaster build() {
    MeanfieldTrainingMaster master =
        new MeanfieldTrainingMaster(
            new MasterSettings(
                workers,
                batchSizePerWorker,
                averaging,
                outer,
                exchange,
                engine,
                precision,
                seed,
                runDir,
                checkpointRounds,
                roundTimeoutSeconds));
    master.setCollectTrainingStats(collectTrainingStats);
    if (!idle.isEmpty()) {
      LOG.info("Settings that have nothing to do in MeanfieldTrainingMaster: {}", idle);
    }
    return master;
  }

  static SettingsException hooksRefused() {
    return new SettingsException(
        "MeanfieldTrainingMaster calls no TrainingHook, because an engine need not have DL4J's"
            + " network; use a TrainingListener, which is called after every round, or train with"
            + " ParameterAveragingTrainingMaster");
  }

  private MasterBuilder idle(String setting) {
    idle.add(setting);
    return this;
  }
}
