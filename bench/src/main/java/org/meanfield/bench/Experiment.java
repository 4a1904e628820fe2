package org.meanfield.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;

/**
 * What both systems do: the same network, data, optimiser and number of passes.
 *
 * @param data folder with the four IDX files of Fashion-MNIST
 * @param epochs passes over the training images
 * @param batchSize images of one worker's step
 * @param averagingPeriod steps between two merges
 * @param workers of Meanfield; stock DL4J has one for each core
 * @param cores that either may use
 * @param learningRate constant
 * @param momentum Nesterov's
 * @param seed of weights and shuffling
 */
record Experiment(
    String data,
    int epochs,
    int batchSize,
    int averagingPeriod,
    int workers,
    int cores,
    double learningRate,
    double momentum,
    long seed)
    implements Serializable {

  /** Reads an experiment that {@link #write} wrote. */
  static Experiment read(Path file) throws IOException {
    return new ObjectMapper().readValue(file.toFile(), Experiment.class);
  }

  /** Hands the experiment to a process of its own. */
  void write(Path file) throws IOException {
    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(file.toFile(), this);
  }

  /** Spark's master for these cores. */
  String master() {
    return "local[" + cores + "]";
  }
}
