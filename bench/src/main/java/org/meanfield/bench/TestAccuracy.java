package org.meanfield.bench;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/** Scores a trained network on the test images: one code for both systems. */
final class TestAccuracy {
  private static final int BATCH = 500;

  private TestAccuracy() {}

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
