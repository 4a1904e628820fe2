package org.meanfield.bench;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.spark.api.RDDTrainingApproach;
import org.deeplearning4j.spark.api.TrainingMaster;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.meanfield.jobs.dl4j.MeanfieldTrainingMaster;
import org.nd4j.linalg.dataset.DataSet;

/**
 * A program of DL4J's on Spark, with the line that makes it ours. Run in a process of its own:
 * TASK.json FIGURES.json. {@link MigrationPart} counts the lines in which the two differ.
 */
public final class MigratedProgram {
  private MigratedProgram() {}

  /** Trains, and writes the figures. */
  public static void main(String[] args) throws IOException {
    MigrationTask task = MigrationTask.read(Path.of(args[0]));
    try (JavaSparkContext spark = task.spark()) {
      JavaRDD<DataSet> minibatches = task.minibatches(spark);
      TrainingMaster<?, ?> master =
          new MeanfieldTrainingMaster.Builder(64)
              .batchSizePerWorker(64)
              .averagingFrequency(16)
              .saveUpdater(true)
              .workerPrefetchNumBatches(2)
              .rddTrainingApproach(RDDTrainingApproach.Direct)
              .build();
      SparkComputationGraph training =
          new SparkComputationGraph(spark, StockTraining.network("lenet"), master);
      MigrationClock clock = new MigrationClock(task.images());
      for (int epoch = 0; epoch < task.epochs(); epoch++) {
        training.fit(minibatches);
        clock.lap();
      }
      double accuracy = TestAccuracy.of(training.getNetwork(), task.data());
      clock.figures(accuracy, spark.version()).write(Path.of(args[1]));
    }
  }
}
