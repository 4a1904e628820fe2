package org.meanfield.jobs.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
  private static final ObjectMapper JSON = new ObjectMapper();
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
      assertThat(story(run)).isEqualTo(story(folder.resolve("whole")));
    }
    MultiLayerNetwork finished = run(folder.resolve("whole"), 0);
    assertThat(finished.params().toFloatVector()).isEqualTo(undisturbed.params().toFloatVector());
  }

  @Test
  void theFolderTellsWhatTheRunIsAndEachRound() throws IOException {
    Path run = folder.resolve("told");
    run(run, Integer.MAX_VALUE);
    JsonNode what = JSON.readTree(run.resolve("run.json").toFile());
    assertThat(what.get("settings").get("outer.momentum").asText()).isEqualTo("0.3");
    assertThat(what.get("settings").get("numWorkers").asText()).isEqualTo("3");
    assertThat(what.get("engine").asText()).isEqualTo("nd4j");
    assertThat(what.get("examples").asInt()).isEqualTo(TinyMinibatches.EXAMPLES);
    assertThat(what.get("planDigest").asText()).matches("[0-9a-f]{64}");
    assertThat(what.get("machine").get("master").asText()).isEqualTo("local[2]");
    List<String> story = story(run);
    // 17 examples of a worker: five minibatches of four, so three rounds an epoch, the last short.
    assertThat(story).hasSize(3 * EPOCHS);
    assertThat(story.get(0)).startsWith("0 0 0 2 0.02 ");
    assertThat(story.get(8)).startsWith("8 2 14 1 0.02 ");
  }

  /** Round, epoch, first iteration, iterations, learning rate, examples and loss of each line. */
  private static List<String> story(Path run) {
    List<String> story = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(run.resolve("journal.jsonl"))) {
        JsonNode round = JSON.readTree(line);
        story.add(
            Stream.of(
                    "round", "epoch", "iteration", "iterations", "learningRate", "examples", "loss")
                .map(key -> round.get(key).asText())
                .collect(Collectors.joining(" ")));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return story;
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
