package org.meanfield.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
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
 * DL4J's own training on Spark, as its documentation shows it. Run in a process of its own: {@code
 * StockTraining TASK.json FIGURES.json}.
 *
 * <p>What is done in its favour: the data lie in Spark's memory before the clock starts, already
 * normalised and cut into minibatches, so that it neither reads nor batches nor decodes; and one
 * fit over other data has warmed everything up.
 */
public final class StockTraining {
  private StockTraining() {}

  /**
   * What is trained. A window is one fit over the same images.
   *
   * @param data folder with the four IDX files of Fashion-MNIST
   * @param network a built-in architecture
   * @param cores of Spark's local master, a worker on each
   * @param batchSize images of one worker's step
   * @param averagingPeriod steps between two merges
   * @param warmUpImages of the fit before the clock
   * @param images of each window
   * @param windows that count
   */
  record Task(
      String data,
      String network,
      int cores,
      int batchSize,
      int averagingPeriod,
      int warmUpImages,
      int images,
      int windows)
      implements Serializable {}

  /** Trains and writes the figures. */
  public static void main(String[] args) throws IOException {
    LogConfiguration.applyUnlessConfigured();
    Task task = new ObjectMapper().readValue(Path.of(args[0]).toFile(), Task.class);
    String backend = Engines.named("nd4j").description(); // loads the natives as the flags say
    // DL4J asks an NTP server for the time unless told otherwise.
    System.setProperty(
        "org.deeplearning4j.spark.time.TimeSource",
        "org.deeplearning4j.spark.time.SystemClockTimeSource");
    SparkConf conf =
        new SparkConf()
            .setMaster("local[" + task.cores() + "]")
            .setAppName("stock DL4J")
            .set("spark.ui.enabled", "false")
            .set("spark.driver.maxResultSize", "0");
    try (JavaSparkContext spark = new JavaSparkContext(conf)) {
      String software = "dl4j-spark 1.0.0-M2 on " + backend + ", Spark " + spark.version();
      new Outcome.Measured(measure(task, spark), software, Map.of()).write(Path.of(args[1]));
    }
  }

  private static List<Double> measure(Task task, JavaSparkContext spark) {
    SparkComputationGraph training =
        new SparkComputationGraph(spark, network(task.network()), master(task));
    training.fit(minibatches(task, task.warmUpImages(), spark));
    JavaRDD<DataSet> data = minibatches(task, task.images(), spark);
    List<Double> windows = new ArrayList<>();
    for (int window = 0; window < task.windows(); window++) {
      long start = System.nanoTime();
      training.fit(data);
      windows.add(task.images() / ((System.nanoTime() - start) / 1e9));
    }
    return windows;
  }

  private static JavaRDD<DataSet> minibatches(Task task, int images, JavaSparkContext spark) {
    List<Integer> parts = IntStream.range(0, task.cores()).boxed().toList();
    JavaRDD<DataSet> data =
        spark
            .parallelize(parts, parts.size())
            .flatMap(part -> part(task, images, part))
            .persist(StorageLevel.MEMORY_ONLY_SER());
    data.count();
    return data;
  }

  private static Iterator<DataSet> part(Task task, int images, int part) {
    try {
      List<DataSet> all =
          FashionMnist.training(task.data()).first(images).minibatches(task.batchSize(), 1);
      int size = (all.size() + task.cores() - 1) / task.cores();
      return all.subList(part * size, Math.min(all.size(), (part + 1) * size)).iterator();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ParameterAveragingTrainingMaster master(Task task) {
    return new ParameterAveragingTrainingMaster.Builder(task.batchSize())
        .batchSizePerWorker(task.batchSize())
        .averagingFrequency(task.averagingPeriod())
        .saveUpdater(true)
        .workerPrefetchNumBatches(2)
        .rddTrainingApproach(RDDTrainingApproach.Direct)
        .build();
  }

  /** The very network that Meanfield trains. */
  static ComputationGraph network(String name) {
    TrainingRecipe recipe =
        TrainingRecipe.plain(MeanfieldTraining.LEARNING_RATE, MeanfieldTraining.SEED)
            .withOptimizer(new Optimizer.Nesterov(MeanfieldTraining.MOMENTUM));
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
        Architectures.build(name, images, classes, recipe).configuration();
    ComputationGraph graph = new ComputationGraph(configuration);
    graph.init();
    return graph;
  }
}
