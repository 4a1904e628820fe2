package org.meanfield.jobs.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.core.loader.impl.SerializedDataSetLoader;
import org.deeplearning4j.core.loader.impl.SerializedMultiDataSetLoader;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.spark.api.TrainingMaster;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingWorker;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.data.EpochOrder;
import org.meanfield.data.Seeds;
import org.meanfield.engine.nd4j.ExampleRows;
import org.meanfield.jobs.testing.LocalSpark;
import org.meanfield.train.ArrayExample;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Every way into a fit, and what comes out of it. */
class MeanfieldTrainingMasterTest {
  private static final int WORKERS = 3;
  private static final long SEED = 1;
  private static JavaSparkContext spark;
  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    spark = new JavaSparkContext(LocalSpark.session().sparkContext());
  }

  static MasterBuilder builder() {
    return new MeanfieldTrainingMaster.Builder(WORKERS, 1)
        .batchSizePerWorker(4)
        .averagingFrequency(2)
        .rngSeed(SEED)
        .engine("nd4j");
  }

  @Test
  void everyWayInGivesTheSameBits() throws Exception {
    float[] expected = onMultiLayer(data(7, 2));
    assertThat(expected).isNotEqualTo(TinyMinibatches.convolutional().params().toFloatVector());
    assertThat(onMultiLayer(data(1, 5))).isEqualTo(expected);
    assertThat(onMultiLayer(data(64, 1))).isEqualTo(expected);
    assertThat(onGraph(graph -> graph.fit(data(7, 2)))).isEqualTo(expected);
    JavaRDD<MultiDataSet> multi = data(5, 3).map(DataSet::toMultiDataSet);
    assertThat(onGraph(graph -> graph.fitMultiDataSet(multi))).isEqualTo(expected);
    JavaRDD<String> paths = saved(false);
    JavaRDD<String> multiPaths = saved(true);
    assertThat(
            onMultiLayer(
                network -> {
                  network.fitPaths(paths);
                  network.fitPaths(paths, new SerializedDataSetLoader());
                }))
        .isEqualTo(expected);
    assertThat(onGraph(graph -> graph.fitPaths(paths, new SerializedDataSetLoader())))
        .isEqualTo(expected);
    assertThat(onGraph(graph -> graph.fitPaths(multiPaths, new SerializedMultiDataSetLoader())))
        .isEqualTo(expected);
    String path = folder.resolve("multi-false").toString();
    assertThat(
            onMultiLayer(
                network -> {
                  network.fit(path);
                  network.fit(path);
                }))
        .isEqualTo(expected);
  }

  @Test
  void oneWorkerIsPlainDl4jInTheSameOrder() {
    assertIsPlain(TinyMinibatches::convolutional, TinyMinibatches.images(1));
    assertIsPlain(TinyMinibatches::convolutionalOnTwoChannels, TinyMinibatches.twoChannels(1));
    assertIsPlain(TinyMinibatches::convolutionalFlat, TinyMinibatches.vectors(1));
    assertIsPlain(TinyMinibatches::dense, TinyMinibatches.vectors(1));
  }

  private static void assertIsPlain(Supplier<MultiLayerNetwork> network, List<DataSet> singles) {
    MeanfieldTrainingMaster master =
        new MeanfieldTrainingMaster.Builder(1, 1)
            .batchSizePerWorker(4)
            .averagingFrequency(3)
            .rngSeed(SEED)
            .engine("nd4j")
            .build();
    SparkDl4jMultiLayer training = new SparkDl4jMultiLayer(spark, network.get(), master);
    JavaRDD<DataSet> data = spark.parallelize(singles, 2);
    training.fit(data);
    training.fit(data);
    master.deleteTempFiles(spark);
    MultiLayerNetwork plain = network.get();
    plain.getUpdater();
    List<DataSet> ordered = inSeededOrder(singles);
    for (int epoch = 0; epoch < 2; epoch++) {
      EpochOrder order = EpochOrder.of(SEED, epoch, 0, ordered.size());
      for (int first = 0; first < ordered.size(); first += 4) {
        List<DataSet> minibatch = new ArrayList<>();
        for (int i = first; i < Math.min(first + 4, ordered.size()); i++) {
          minibatch.add(ordered.get(order.example(i)));
        }
        plain.fit(DataSet.merge(minibatch));
      }
      plain.incrementEpochCount();
    }
    MultiLayerNetwork ours = training.getNetwork();
    assertThat(ours.params().toFloatVector()).isEqualTo(plain.params().toFloatVector());
    assertThat(ours.getUpdater().getStateViewArray().toFloatVector())
        .isEqualTo(plain.getUpdater().getStateViewArray().toFloatVector());
    assertThat(ours.getIterationCount()).isEqualTo(plain.getIterationCount());
    assertThat(ours.getEpochCount()).isEqualTo(plain.getEpochCount());
  }

  /** What sharding does for one worker, written without it. */
  private static List<DataSet> inSeededOrder(List<DataSet> singles) {
    List<DataSet> ordered = new ArrayList<>(singles);
    ordered.sort(
        Comparator.comparingLong(
            single -> {
              ExampleRows rows = ExampleRows.of(single);
              String id = ArrayExample.of(rows.features().get(0), rows.targets().get(0)).id();
              long prefix = Long.parseUnsignedLong(id.substring(0, 16), 16);
              return Seeds.derive(SEED, "worker-shard", prefix);
            }));
    return ordered;
  }

  @Test
  void engineAutoLearns() {
    MeanfieldTrainingMaster master = builder().engine("auto").build();
    SparkDl4jMultiLayer training =
        new SparkDl4jMultiLayer(spark, TinyMinibatches.convolutional(), master);
    JavaRDD<DataSet> data = data(8, 2);
    for (int epoch = 0; epoch < 15; epoch++) {
      training.fit(data);
    }
    assertThat(training.evaluate(data).accuracy()).isGreaterThan(0.9);
    assertThat(training.getScore()).isEqualTo(training.getNetwork().score()).isBetween(0.0, 3.0);
  }

  @Test
  void otherDataAndAnotherNetworkMayFollow() {
    MeanfieldTrainingMaster master = builder().build();
    SparkDl4jMultiLayer training =
        new SparkDl4jMultiLayer(spark, TinyMinibatches.convolutional(), master);
    JavaRDD<DataSet> all = data(7, 2);
    training.fit(all);
    float[] afterOne = training.getNetwork().params().toFloatVector();
    training.fit(all.filter(minibatch -> minibatch.numExamples() == 7));
    assertThat(training.getNetwork().params().toFloatVector()).isNotEqualTo(afterOne);
    assertThat(master.deleteTempFiles(spark)).isTrue();
    training.setNetwork(TinyMinibatches.convolutional());
    training.fit(all);
    assertThat(training.getNetwork().params().toFloatVector()).isEqualTo(afterOne);
    assertThat(master.deleteTempFiles(spark)).isTrue();
  }

  @Test
  void anEmptyRddLeavesTheNetworkAsItIs() {
    float[] before = TinyMinibatches.convolutional().params().toFloatVector();
    SparkDl4jMultiLayer training =
        new SparkDl4jMultiLayer(spark, TinyMinibatches.convolutional(), builder().build());
    training.fit(spark.emptyRDD());
    assertThat(training.getNetwork().params().toFloatVector()).isEqualTo(before);
  }

  @Test
  void whatNoEngineTrainsOnIsRefusedWithTheAlternative() {
    DataSet masked = TinyMinibatches.images(4).get(0);
    masked.setLabelsMaskArray(Nd4j.ones(4, 1));
    SparkDl4jMultiLayer training =
        new SparkDl4jMultiLayer(spark, TinyMinibatches.convolutional(), builder().build());
    assertThatThrownBy(() -> training.fit(spark.parallelize(List.of(masked))))
        .hasStackTraceContaining("mask")
        .hasStackTraceContaining("ParameterAveragingTrainingMaster");
    DataSet sequence = new DataSet(Nd4j.ones(2, 3, 4), Nd4j.ones(2, 3, 4));
    assertThatThrownBy(() -> training.fit(spark.parallelize(List.of(sequence))))
        .hasStackTraceContaining("[2, 3, 4]")
        .hasStackTraceContaining("ParameterAveragingTrainingMaster");
    List<DataSet> mixed =
        List.of(TinyMinibatches.images(4).get(0), TinyMinibatches.vectors(4).get(0));
    assertThatThrownBy(() -> training.fit(spark.parallelize(mixed, 1)))
        .hasStackTraceContaining("a network takes one shape");
    MultiDataSet two =
        new org.nd4j.linalg.dataset.MultiDataSet(
            new INDArray[] {Nd4j.ones(2, 3), Nd4j.ones(2, 3)}, new INDArray[] {Nd4j.ones(2, 3)});
    SparkComputationGraph graph =
        new SparkComputationGraph(spark, TinyMinibatches.graph(), builder().build());
    assertThatThrownBy(() -> graph.fitMultiDataSet(spark.parallelize(List.of(two))))
        .hasStackTraceContaining("2 feature and 1 label arrays");
  }

  @Test
  void aFileThatCannotBeLoadedIsNamed() throws Exception {
    Path broken = Files.write(folder.resolve("broken.bin"), new byte[] {1, 2, 3});
    SparkDl4jMultiLayer training =
        new SparkDl4jMultiLayer(spark, TinyMinibatches.convolutional(), builder().build());
    assertThatThrownBy(() -> training.fitPaths(spark.parallelize(List.of(broken.toString()))))
        .hasStackTraceContaining("broken.bin cannot be loaded");
  }

  @Test
  void aWorkerOfDl4jsOwnFitsWhatItIsGiven() {
    TrainingMaster<?, ?> master = builder().build();
    DataSet minibatch = TinyMinibatches.images(8).get(0);
    SparkDl4jMultiLayer training =
        new SparkDl4jMultiLayer(spark, TinyMinibatches.convolutional(), master);
    ParameterAveragingTrainingWorker worker =
        (ParameterAveragingTrainingWorker) master.getWorkerInstance(training);
    MultiLayerNetwork replica = worker.getInitialModel();
    assertThat(worker.processMinibatch(minibatch, replica, true)).isNotNull();
    MultiLayerNetwork plain = TinyMinibatches.convolutional();
    plain.fit(minibatch);
    assertThat(replica.params().toFloatVector()).isEqualTo(plain.params().toFloatVector());
    SparkComputationGraph graph =
        new SparkComputationGraph(spark, TinyMinibatches.graph(), builder().build());
    assertThat(master.getWorkerInstance(graph)).isNotNull();
  }

  private static JavaRDD<DataSet> data(int size, int partitions) {
    return spark.parallelize(TinyMinibatches.images(size), partitions);
  }

  private JavaRDD<String> saved(boolean multi) throws Exception {
    Path own = Files.createDirectories(folder.resolve("multi-" + multi));
    List<String> paths = new ArrayList<>();
    for (DataSet minibatch : TinyMinibatches.images(9)) {
      File file = own.resolve("minibatch-" + paths.size() + ".bin").toFile();
      if (multi) {
        minibatch.toMultiDataSet().save(file);
      } else {
        minibatch.save(file);
      }
      paths.add(file.toString());
    }
    return spark.parallelize(paths, 2);
  }

  private static float[] onMultiLayer(JavaRDD<DataSet> data) {
    return onMultiLayer(
        network -> {
          network.fit(data);
          network.fit(data);
        });
  }

  private static float[] onMultiLayer(Consumer<SparkDl4jMultiLayer> program) {
    MeanfieldTrainingMaster master = builder().build();
    SparkDl4jMultiLayer training =
        new SparkDl4jMultiLayer(spark, TinyMinibatches.convolutional(), master);
    program.accept(training);
    master.deleteTempFiles(spark);
    return training.getNetwork().params().toFloatVector();
  }

  /** Fits twice. */
  private static float[] onGraph(Consumer<SparkComputationGraph> fit) {
    MeanfieldTrainingMaster master = builder().build();
    SparkComputationGraph training =
        new SparkComputationGraph(spark, TinyMinibatches.graph(), master);
    fit.accept(training);
    fit.accept(training);
    master.deleteTempFiles(spark);
    ComputationGraph network = training.getNetwork();
    assertThat(network.getEpochCount()).isEqualTo(2);
    return network.params().toFloatVector();
  }
}
