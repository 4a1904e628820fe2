package org.meanfield.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * {@code meanfield train}, the packaged command as users run it, checkpoints and all.
 *
 * @param network a built-in architecture
 * @param variant engine and precision
 * @param master Spark's
 * @param runner how rounds are run
 * @param workers K
 * @param averagingPeriod k
 * @param epochs over the data
 * @param images of Fashion-MNIST in an epoch
 * @param side of the square images that the network sees, in pixels
 * @param seed of the run
 * @param schedule of the learning rate
 */
record MeanfieldTraining(
    String network,
    Variant variant,
    String master,
    String runner,
    int workers,
    int averagingPeriod,
    int epochs,
    int images,
    int side,
    long seed,
    String schedule) {
  /** Of every training, ours and DL4J's own. */
  static final double LEARNING_RATE = 0.01;

  /** Nesterov's, of every training. */
  static final double MOMENTUM = 0.9;

  /** Of every training whose speed is measured. */
  static final long SEED = 1;

  private static final String CONSTANT = "constant";

  /** Images of a worker's step, in every training. */
  static final int BATCH_SIZE = 64;

  /** Two executors with a core each, in JVMs of their own. */
  static final String CLUSTER = "local-cluster[2,1,4096]";

  /** Two threads in one JVM. */
  static final String THREADS = "local[2]";

  /** A training whose speed is measured: one seed, one rate. */
  MeanfieldTraining(
      String network,
      Variant variant,
      String master,
      String runner,
      int workers,
      int averagingPeriod,
      int epochs,
      int images,
      int side) {
    this(
        network,
        variant,
        master,
        runner,
        workers,
        averagingPeriod,
        epochs,
        images,
        side,
        SEED,
        CONSTANT);
  }

  /** A training that has ended. */
  record Run(Path folder, RunRounds rounds, String software) {}

  /** The same on images of another size. */
  MeanfieldTraining withSide(int pixels) {
    return new MeanfieldTraining(
        network,
        variant,
        master,
        runner,
        workers,
        averagingPeriod,
        epochs,
        images,
        pixels,
        seed,
        schedule);
  }

  /** In names of files; a run's folder refuses a run with other settings. */
  String id() {
    return String.join(
        "-",
        network,
        variant.id(),
        master.replaceAll("\\W+", "-").replaceFirst("-$", ""),
        runner,
        "w" + workers,
        "k" + averagingPeriod,
        "n" + images,
        "e" + epochs,
        "s" + seed);
  }

  /** Trains in a process of its own. */
  Run run(Launch launch) throws ChildFailedException {
    Path folder = launch.folder("run-" + id());
    launch.jvm().meanfield("train-" + id(), command(launch.dataset(images), folder.toString()));
    try {
      Folders.delete(folder.resolve("checkpoints"));
      return new Run(folder, RunRounds.read(folder), software(folder));
    } catch (IOException e) {
      throw new ChildFailedException(folder + " cannot be read: " + e.getMessage());
    }
  }

  private static String software(Path run) throws IOException {
    JsonNode file = new ObjectMapper().readTree(run.resolve("run.json").toFile());
    return "meanfield "
        + file.at("/versions/meanfield").asText()
        + " on "
        + file.at("/engineDescription").asText()
        + ", Spark "
        + file.at("/versions/spark").asText();
  }

  private List<String> command(String dataset, String run) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "train",
                "--master=" + master,
                "--spark-conf=spark.ui.enabled=false",
                "--spark-conf=spark.executor.memory=3g",
                "--data=" + dataset,
                "--output=" + run,
                "--model=" + network,
                "--engine=" + variant.engineSetting(),
                "--workers=" + workers,
                "--epochs=" + epochs,
                "--batch-size=" + BATCH_SIZE,
                "--seed=" + seed,
                "--set=train.averaging-period=" + averagingPeriod,
                "--set=train.runner=" + runner,
                "--set=optimizer.name=nesterov",
                "--set=optimizer.learning-rate=" + LEARNING_RATE,
                "--set=optimizer.momentum=" + MOMENTUM,
                "--set=optimizer.schedule=" + schedule,
                "--set=image.size=" + side + "x" + side,
                "--set=image.normalization=fixed",
                String.format(Locale.ROOT, "--set=image.mean=[%.3f]", FashionMnist.MEAN),
                String.format(
                    Locale.ROOT, "--set=image.deviation=[%.3f]", FashionMnist.DEVIATION)));
    variant.precision().ifPresent(value -> command.add("--set=train.precision=" + value));
    return command;
  }
}
