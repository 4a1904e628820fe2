package org.meanfield.jobs.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.average.OuterOptimizer;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.error.SettingsException;
import org.meanfield.jobs.testing.LocalSpark;
import org.nd4j.linalg.dataset.DataSet;

/** A program that is killed and started again ends where it would have ended. */
class RunDirTest {
  private static final int EPOCHS = 3;
  private static JavaSparkContext spark;
  private static JavaRDD<DataSet> data;
  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    spark = new JavaSparkContext(LocalSpark.session().sparkContext());
    data = spark.parallelize(TinyMinibatches.images(7), 2);
  }

  @Test
  void theSameProgramGoesOnWhereItWasKilled() {
    MultiLayerNetwork undisturbed = run(folder.resolve("whole"), Integer.MAX_VALUE);
    for (int killedAfter : new int[] {1, 3, 4}) {
      Path run = folder.resolve("killed-" + killedAfter);
      assertThatThrownBy(() -> run(run, killedAfter)).hasMessage("killed");
      MultiLayerNetwork again = run(run, Integer.MAX_VALUE);
      assertThat(again.params().toFloatVector()).isEqualTo(undisturbed.params().toFloatVector());
      assertThat(again.getUpdater().getStateViewArray().toFloatVector())
          .isEqualTo(undisturbed.getUpdater().getStateViewArray().toFloatVector());
      assertThat(again.getIterationCount()).isEqualTo(undisturbed.getIterationCount());
      assertThat(again.getEpochCount()).isEqualTo(EPOCHS);
    }
    MultiLayerNetwork finished = run(folder.resolve("whole"), 0);
    assertThat(finished.params().toFloatVector()).isEqualTo(undisturbed.params().toFloatVector());
  }

  @Test
  void aRunOfOtherSettingsOrOfAnotherNetworkIsRefused() {
    Path run = folder.resolve("run");
    run(run, Integer.MAX_VALUE);
    MeanfieldTrainingMaster other = master(run).averagingFrequency(3).build();
    assertThatThrownBy(() -> training(other).fit(data))
        .isInstanceOf(CorruptArtifactException.class)
        .hasMessageContaining("settings changed");
    MeanfieldTrainingMaster same = master(run).build();
    training(same).fit(data);
    assertThatThrownBy(() -> training(same).fit(data))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("another network");
  }

  /** The whole program, killed after some rounds. */
  private static MultiLayerNetwork run(Path run, int killedAfter) {
    MeanfieldTrainingMaster master = master(run).build();
    SparkDl4jMultiLayer training = training(master);
    if (killedAfter != Integer.MAX_VALUE) {
      training.setListeners(new Killer(killedAfter));
    }
    try {
      for (int epoch = 0; epoch < EPOCHS; epoch++) {
        training.fit(data);
      }
    } finally {
      master.deleteTempFiles(spark);
    }
    return training.getNetwork();
  }

  private static SparkDl4jMultiLayer training(MeanfieldTrainingMaster master) {
    return new SparkDl4jMultiLayer(spark, TinyMinibatches.convolutional(), master);
  }

  private static MasterBuilder master(Path run) {
    return MeanfieldTrainingMasterTest.builder()
        .outerOptimizer(new OuterOptimizer(0.9, 0.3, OuterOptimizer.LookAhead.NONE))
        .runDir(run.toUri().toString())
        .checkpointEveryRounds(2);
  }

  /** Stops the driver's thread before a round is kept. */
  private static final class Killer extends BaseTrainingListener {
    private int left;

    Killer(int rounds) {
      this.left = rounds;
    }

    @Override
    public void iterationDone(Model model, int iteration, int epoch) {
      if (left-- == 0) {
        throw new IllegalStateException("killed");
      }
    }
  }
}
