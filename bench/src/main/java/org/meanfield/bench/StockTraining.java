package org.meanfield.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.spark.api.RDDTrainingApproach;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.data.ResizePolicy;
import org.meanfield.engine.Engines;
import org.meanfield.jobs.spark.LogConfiguration;
import org.meanfield.model.Architectures;
import org.meanfield.model.Optimizer;
import org.meanfield.model.TrainingRecipe;
import org.nd4j.linalg.dataset.DataSet;

/**
 * DL4J's own training on Spark, as its documentation shows it, with oneDNN on. Run in a process of
 * its own: {@code StockTraining EXPERIMENT.json MEASUREMENT.json}.
 *
 * <p>What is done in its favour: the data lie in Spark's memory before the clock starts, already
 * normalised and cut into minibatches, so that it neither reads nor batches nor decodes.
 */
public final class StockTraining {
  private StockTraining() {}

  /** Trains, scores and writes the measurement. */
  public static void main(String[] args) throws IOException {
    LogConfiguration.applyUnlessConfigured();
    Experiment experiment = Experiment.read(Path.of(args[0]));
    String backend = Engines.named("nd4j").description(); // loads the natives with oneDNN on
    // DL4J asks an NTP server for the time unless told otherwise.
    System.setProperty(
        "org.deeplearning4j.spark.time.TimeSource",
        "org.deeplearning4j.spark.time.SystemClockTimeSource");
    SparkConf conf =
        new SparkConf()
            .setMaster(experiment.master())
            .setAppName("stock DL4J")
            .set("spark.ui.enabled", "false")
            .set("spark.driver.maxResultSize", "0");
    try (JavaSparkContext spark = new JavaSparkContext(conf)) {
      measure(experiment, spark, backend).write(Path.of(args[1]));
    }
  }

  private static Measurement measure(Experiment experiment, JavaSparkContext spark, String backend)
      throws IOException {
    JavaRDD<DataSet> data = minibatches(experiment, spark);
    SparkComputationGraph training =
        new SparkComputationGraph(spark, network(experiment), master(experiment));
    long images = 0;
    double seconds = 0;
    for (int epoch = 0; epoch < experiment.epochs(); epoch++) {
      long start = System.nanoTime();
      training.fit(data);
      double epochSeconds = (System.nanoTime() - start) / 1e9;
      seconds += epochSeconds;
      int size = FashionMnist.training(experiment.data()).size();
      images += size;
      System.out.printf("  epoch %d: %.0f images/s%n", epoch + 1, size / epochSeconds);
    }
    return new Measurement(
        "stock",
        images,
        images / seconds,
        TestAccuracy.of(training.getNetwork(), experiment.data()),
        "dl4j-spark 1.0.0-M2 on " + backend + ", Spark " + spark.version());
  }

  private static JavaRDD<DataSet> minibatches(Experiment experiment, JavaSparkContext spark) {
    List<Integer> parts = IntStream.range(0, experiment.cores()).boxed().toList();
    JavaRDD<DataSet> data =
        spark
            .parallelize(parts, parts.size())
            .flatMap(part -> part(experiment, part))
            .persist(StorageLevel.MEMORY_ONLY_SER());
    data.count();
    return data;
  }

  private static Iterator<DataSet> part(Experiment experiment, int part) {
    try {
      List<DataSet> all =
          FashionMnist.training(experiment.data())
              .minibatches(experiment.batchSize(), experiment.seed());
      int size = (all.size() + experiment.cores() - 1) / experiment.cores();
      return all.subList(part * size, Math.min(all.size(), (part + 1) * size)).iterator();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ParameterAveragingTrainingMaster master(Experiment experiment) {
    return new ParameterAveragingTrainingMaster.Builder(experiment.batchSize())
        .batchSizePerWorker(experiment.batchSize())
        .averagingFrequency(experiment.averagingPeriod())
        .saveUpdater(true)
        .workerPrefetchNumBatches(2)
        .rddTrainingApproach(RDDTrainingApproach.Direct)
        .build();
  }

  /** The very network that Meanfield trains, with the same initial weights. */
  private static ComputationGraph network(Experiment experiment) {
    TrainingRecipe recipe =
        TrainingRecipe.plain(experiment.learningRate(), experiment.seed())
            .withOptimizer(new Optimizer.Nesterov(experiment.momentum()));
    ImageSpec images =
        new ImageSpec(
            FashionMnist.SIDE,
            FashionMnist.SIDE,
            1,
            ResizePolicy.STRETCH,
            new Normalization(List.of(FashionMnist.MEAN), List.of(FashionMnist.DEVIATION)));
    ClassIndex classes =
        new ClassIndex(IntStream.range(0, FashionMnist.CLASSES).mapToObj(String::valueOf).toList());
    ComputationGraphConfiguration configuration =
        Architectures.build("lenet", images, classes, recipe).configuration();
    ComputationGraph graph = new ComputationGraph(configuration);
    graph.init();
    return graph;
  }
}
