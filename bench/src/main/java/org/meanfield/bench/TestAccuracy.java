package org.meanfield.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.meanfield.engine.Engines;
import org.meanfield.jobs.spark.LogConfiguration;
import org.meanfield.model.TrainedModel;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Scores a trained run on the 10,000 test images, whichever engine trained it. Run in a process of
 * its own: {@code TestAccuracy TASK.json FIGURES.json}.
 */
public final class TestAccuracy {
  /** The name of the figure, in [0, 1]. */
  static final String FIGURE = "test accuracy";

  private static final int BATCH = 500;

  private TestAccuracy() {}

  /**
   * What is scored.
   *
   * @param run folder of a finished training
   * @param data folder with the four IDX files of Fashion-MNIST
   */
  record Task(String run, String data) {}

  /** Scores a run in a process of its own. */
  static Outcome judge(String name, Path run, Launch launch) {
    Task task = new Task(run.toString(), launch.fashionMnist().toString());
    return launch.jvm().measure("accuracy-" + name, TestAccuracy.class, task, List.of());
  }

  /** Scores and writes the figure. */
  public static void main(String[] args) throws IOException {
    LogConfiguration.applyUnlessConfigured();
    Task task = new ObjectMapper().readValue(Path.of(args[0]).toFile(), Task.class);
    String software = Engines.named("nd4j").description();
    double accuracy = of(network(task.run()), task.data());
    new Outcome.Measured(List.of(accuracy), software, Map.of(FIGURE, accuracy))
        .write(Path.of(args[1]));
  }

  private static ComputationGraph network(String run) {
    TrainedModel model =
        TrainedModel.fromFiles(
            run + "/model",
            name -> {
              try {
                return Files.readAllBytes(Path.of(run, "model", name));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    ComputationGraph graph = new ComputationGraph(model.network().configuration());
    graph.init(Nd4j.createFromArray(model.state().parameters().toArray()), true);
    return graph;
  }

  /** Fraction of the 10,000 test images whose most probable class is the true one. */
  static double of(ComputationGraph network, String folder) throws IOException {
    FashionMnist test = FashionMnist.test(folder);
    long correct = 0;
    for (int first = 0; first < test.size(); first += BATCH) {
      List<Integer> indices =
          IntStream.range(first, Math.min(first + BATCH, test.size())).boxed().toList();
      DataSet batch = test.minibatch(indices);
      try (INDArray probabilities = network.outputSingle(batch.getFeatures())) {
        int[] best = probabilities.argMax(1).toIntVector();
        correct +=
            IntStream.range(0, best.length)
                .filter(row -> best[row] == test.label(indices.get(row)))
                .count();
      }
    }
    return correct / (double) test.size();
  }
}
