package org.meanfield.jobs.spark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.meanfield.average.AveragingSchedule;
import org.meanfield.average.ExchangeCodec;
import org.meanfield.average.OuterOptimizer;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.data.ResizePolicy;
import org.meanfield.data.Split;
import org.meanfield.image.Augmentation;
import org.meanfield.image.FlipPolicy;
import org.meanfield.image.ImagePreparation;
import org.meanfield.jobs.ingest.TinyDatasets;
import org.meanfield.jobs.storage.DatasetFiles;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.jobs.testing.LocalSpark;
import org.meanfield.model.Network;
import org.meanfield.train.PackedExamples;
import org.meanfield.train.TrainingPlan;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** A plan for the tiny data set, and the sequential specification of its sharding. */
final class TinyTraining {
  static final long SEED = 5;
  static final ImageSpec SPEC =
      new ImageSpec(16, 16, 3, ResizePolicy.STRETCH, Normalization.unitRange(3));

  private TinyTraining() {}

  /** Training images of the tiny data set, which is made in a folder. */
  static Dataset<Row> rows(Path folder) {
    SparkSession spark = LocalSpark.session();
    Storage storage = new Storage(spark.sparkContext().hadoopConfiguration());
    String uri = TinyDatasets.create(spark, folder);
    return DatasetFiles.open(spark, storage, uri).split(Split.TRAIN);
  }

  static TrainingPlan planFor(List<PackedExamples> shards) {
    return plan(sizes(shards));
  }

  static List<Integer> sizes(List<PackedExamples> shards) {
    return shards.stream().map(PackedExamples::size).toList();
  }

  static TrainingPlan plan(List<Integer> shardSizes) {
    return plan(shardSizes, OuterOptimizer.PLAIN, ExchangeCodec.FP32);
  }

  static TrainingPlan plan(List<Integer> shardSizes, OuterOptimizer outer, ExchangeCodec exchange) {
    var configuration =
        new NeuralNetConfiguration.Builder()
            .seed(3)
            .updater(new Adam(0.01))
            .graphBuilder()
            .addInputs("image")
            .addLayer("conv1", new ConvolutionLayer.Builder(3, 3).nOut(4).build(), "image")
            .addLayer("bn1", new BatchNormalization(), "conv1")
            .addLayer(
                "probabilities",
                new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                    .nOut(3)
                    .dropOut(0.8)
                    .activation(Activation.SOFTMAX)
                    .build(),
                "bn1")
            .setOutputs("probabilities")
            .setInputTypes(InputType.convolutional(16, 16, 3))
            .build();
    Network network =
        new Network("tiny", configuration, SPEC, new ClassIndex(List.of("a", "b", "c")));
    return new TrainingPlan(
        network,
        shardSizes,
        3,
        4,
        new AveragingSchedule.Constant(2),
        outer,
        exchange,
        new Augmentation(2, FlipPolicy.HORIZONTAL, 0),
        0.1,
        SEED,
        "nd4j");
  }

  /** What {@link WorkerData} must do, written without Spark: sort by key, cut into equal ranges. */
  static List<PackedExamples> shards(Dataset<Row> rows, int workers, Path folder) {
    List<Row> sorted = new ArrayList<>(rows.select("id", "label", "image").collectAsList());
    sorted.sort(Comparator.comparing(row -> ExampleKey.of(SEED, row.getString(0))));
    List<PackedExamples> shards = new ArrayList<>();
    Iterator<Row> next = sorted.iterator();
    for (int worker = 0; worker < workers; worker++) {
      int size = sorted.size() * (worker + 1) / workers - sorted.size() * worker / workers;
      try (var writer =
          new PackedExamples.Writer(folder.resolve("w" + workers + "-" + worker), 16, 16, 3)) {
        for (int i = 0; i < size; i++) {
          Row row = next.next();
          writer.add(row.getString(0), row.getInt(1), ImagePreparation.prepare(row.getAs(2), SPEC));
        }
        shards.add(writer.finish());
      }
    }
    return shards;
  }
}
