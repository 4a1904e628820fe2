package org.meanfield.jobs.dl4j;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleConsumer;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.core.loader.DataSetLoader;
import org.deeplearning4j.core.loader.MultiDataSetLoader;
import org.deeplearning4j.core.storage.StatsStorageRouter;
import org.deeplearning4j.core.storage.listener.RoutingIterationListener;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.spark.api.TrainingHook;
import org.deeplearning4j.spark.api.TrainingMaster;
import org.deeplearning4j.spark.api.stats.SparkTrainingStats;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingResult;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingWorker;
import org.meanfield.engine.nd4j.LiveNetwork;
import org.meanfield.jobs.storage.ExecutorStorage;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * Trains the networks of {@link SparkDl4jMultiLayer} and {@link SparkComputationGraph} with
 * Meanfield's rounds and engines, in the place of {@link ParameterAveragingTrainingMaster}. Each
 * {@code fit} is an epoch. Its result depends on the network, the examples, the settings and the
 * number of workers, and neither on partitions nor on executors.
 *
 * <p>Ownership: what it keeps on the executors from fit to fit is freed by {@link
 * #deleteTempFiles}, and at the end of the application. Not thread-safe.
 */
public final class MeanfieldTrainingMaster
    implements TrainingMaster<ParameterAveragingTrainingResult, ParameterAveragingTrainingWorker> {
  private final MasterSettings settings;
  private final Fitting fitting;
  private List<TrainingListener> listeners = List.of();
  private Optional<FitTimes> times = Optional.empty();

  MeanfieldTrainingMaster(MasterSettings settings) {
    this.settings = settings;
    this.fitting = new Fitting(settings);
  }

  /** The settings, to be changed one by one; those of stock's builder have stock's names. */
  public static final class Builder extends MasterBuilder {
    /**
     * As many workers as tasks can run at once when the first fit begins.
     *
     * @param rddDataSetNumExamples of no consequence: minibatches of any size are cut anew
     */
    public Builder(int rddDataSetNumExamples) {
      super(Optional.empty(), rddDataSetNumExamples);
    }

    /**
     * A fixed number of workers, which makes the result independent of the cluster.
     *
     * @param numWorkers K; null for as many as tasks can run at once when the first fit begins
     * @param rddDataSetNumExamples of no consequence: minibatches of any size are cut anew
     */
    public Builder(Integer numWorkers, int rddDataSetNumExamples) {
      super(Optional.ofNullable(numWorkers), rddDataSetNumExamples);
    }
  }

  /**
   * A master with the settings that {@link #toJson} wrote.
   *
   * @throws org.meanfield.error.SettingsException where it did not
   */
  public static MeanfieldTrainingMaster fromJson(String json) {
    return new MeanfieldTrainingMaster(SettingsText.read(json, SettingsText.Form.JSON));
  }

  /**
   * A master with the settings that {@link #toYaml} wrote.
   *
   * @throws org.meanfield.error.SettingsException where it did not
   */
  public static MeanfieldTrainingMaster fromYaml(String yaml) {
    return new MeanfieldTrainingMaster(SettingsText.read(yaml, SettingsText.Form.YAML));
  }

  @Override
  public String toJson() {
    return SettingsText.write(settings, SettingsText.Form.JSON);
  }

  @Override
  public String toYaml() {
    return SettingsText.write(settings, SettingsText.Form.YAML);
  }

  @Override
  public void executeTraining(SparkDl4jMultiLayer network, JavaRDD<DataSet> trainingData) {
    fit(network, FitData.of(trainingData, new RowReader.Minibatches()));
  }

  @Override
  public void executeTraining(SparkComputationGraph graph, JavaRDD<DataSet> trainingData) {
    fit(graph, FitData.of(trainingData, new RowReader.Minibatches()));
  }

  @Override
  public void executeTrainingMDS(SparkComputationGraph graph, JavaRDD<MultiDataSet> trainingData) {
    fit(graph, FitData.of(trainingData, new RowReader.MultiMinibatches()));
  }

  /**
   * Trains one of the two networks on files that one of the two loaders reads on the executors.
   * Files are taken to be the same as long as their paths are; {@link #deleteTempFiles} has them
   * read again.
   */
  @Override
  public void executeTrainingPaths(
      SparkDl4jMultiLayer network,
      SparkComputationGraph graph,
      JavaRDD<String> trainingDataPaths,
      DataSetLoader dsLoader,
      MultiDataSetLoader mdsLoader) {
    if ((network == null) == (graph == null) || (dsLoader == null) == (mdsLoader == null)) {
      throw new IllegalArgumentException(
          "executeTrainingPaths takes one network and one loader, the others null");
    }
    ExecutorStorage storage = new ExecutorStorage(trainingDataPaths.context());
    RowReader<String> reader =
        dsLoader != null
            ? new RowReader.Files(dsLoader, storage)
            : new RowReader.MultiFiles(mdsLoader, storage);
    FitData<String> data = FitData.ofPaths(trainingDataPaths, reader);
    if (network != null) {
      fit(network, data);
    } else {
      fit(graph, data);
    }
  }

  private void fit(SparkDl4jMultiLayer network, FitData<?> data) {
    fit(network.getSparkContext(), LiveNetwork.of(network.getNetwork()), data, network::setScore);
  }

  private void fit(SparkComputationGraph graph, FitData<?> data) {
    fit(graph.getSparkContext(), LiveNetwork.of(graph.getNetwork()), data, graph::setScore);
  }

  private void fit(
      JavaSparkContext spark, LiveNetwork network, FitData<?> data, DoubleConsumer score) {
    fitting.fit(spark, network, data, new FitEvents(network, listeners, score, times));
  }

  /**
   * A worker of DL4J's own: it fits what it is given on DL4J's network with these settings' batch
   * size. Nothing here uses it, for our workers are no objects that travel; it is for programs that
   * run DL4J's own functions over partitions.
   */
  @Override
  public ParameterAveragingTrainingWorker getWorkerInstance(SparkDl4jMultiLayer network) {
    return stock().getWorkerInstance(network);
  }

  /** As {@link #getWorkerInstance(SparkDl4jMultiLayer)}. */
  @Override
  public ParameterAveragingTrainingWorker getWorkerInstance(SparkComputationGraph graph) {
    return stock().getWorkerInstance(graph);
  }

  private ParameterAveragingTrainingMaster stock() {
    return new ParameterAveragingTrainingMaster.Builder(settings.batchSizePerWorker())
        .batchSizePerWorker(settings.batchSizePerWorker())
        .averagingFrequency(settings.averaging().period(0))
        .saveUpdater(true)
        .build();
  }

  /**
   * Refused: hooks are called around each step with DL4J's network, which engine {@code torch} does
   * not have.
   */
  @Override
  public void addHook(TrainingHook trainingHook) {
    throw MasterBuilder.hooksRefused();
  }

  /** Does nothing: there are no hooks. */
  @Override
  public void removeHook(TrainingHook trainingHook) {
    // What was never added need not be removed.
  }

  @Override
  public void setCollectTrainingStats(boolean collectTrainingStats) {
    if (!collectTrainingStats) {
      times = Optional.empty();
    } else if (times.isEmpty()) {
      times = Optional.of(new FitTimes());
    }
  }

  @Override
  public boolean getIsCollectTrainingStats() {
    return times.isPresent();
  }

  /** What was collected so far; null where nothing is collected. */
  @Override
  public SparkTrainingStats getTrainingStats() {
    return times.map(FitTimes::copy).orElse(null);
  }

  @Override
  public void setListeners(Collection<TrainingListener> listeners) {
    setListeners(null, listeners);
  }

  /**
   * Listeners are called on the driver: {@code iterationDone} after every merged round, with the
   * number of iterations that each worker has made, {@code onEpochStart} and {@code onEpochEnd}
   * around a fit. The network that they see holds the merged state and the round's mean loss.
   *
   * @param router where routing listeners put what they measure; null leaves theirs
   * @param listeners null for none
   */
  @Override
  public void setListeners(StatsStorageRouter router, Collection<TrainingListener> listeners) {
    this.listeners = listeners == null ? List.of() : List.copyOf(listeners);
    if (router != null) {
      for (TrainingListener listener : this.listeners) {
        if (listener instanceof RoutingIterationListener routing) {
          routing.setStorageRouter(router);
        }
      }
    }
  }

  /** Frees shards and replicas. What lies in {@code runDir} is no temporary file and stays. */
  @Override
  public boolean deleteTempFiles(JavaSparkContext sc) {
    return deleteTempFiles(sc.sc());
  }

  /** As {@link #deleteTempFiles(JavaSparkContext)}. */
  @Override
  public boolean deleteTempFiles(SparkContext sc) {
    fitting.close();
    return true;
  }
}
