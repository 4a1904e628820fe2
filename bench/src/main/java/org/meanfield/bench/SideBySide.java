package org.meanfield.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Measures DL4J's own training on Spark and Meanfield's against each other: stock, Meanfield,
 * stock, Meanfield, ... in one launch, each in a fresh JVM with the same flags and one native
 * thread for each task. Both clocks start when the data are in memory and run to the end of the
 * last epoch, the first rounds with their warm-up included. See {@code bench/run}.
 */
public final class SideBySide {
  private final Experiment experiment;
  private final Path folder;
  private final Path experimentFile;

  private SideBySide(Experiment experiment, Path folder) throws IOException {
    this.experiment = experiment;
    this.folder = folder;
    this.experimentFile = folder.resolve("experiment.json");
    experiment.write(experimentFile);
  }

  /** {@code SideBySide DATA OUTPUT PAIRS EPOCHS COMMIT}. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path output = Files.createDirectories(Path.of(args[1]));
    int pairs = Integer.parseInt(args[2]);
    int epochs = Integer.parseInt(args[3]);
    Experiment experiment = new Experiment(args[0], epochs, 64, 16, 4, 2, 0.01, 0.9, 1);
    String load = Machine.load();
    Path folder = Files.createTempDirectory(output, "launch-");
    List<Comparison.Pair> measured = new SideBySide(experiment, folder).measure(pairs);
    Comparison comparison = new Comparison(experiment, measured, Machine.now(load), args[4]);
    new ObjectMapper()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .writeValue(output.resolve("side-by-side.json").toFile(), comparison);
    Files.writeString(output.resolve("side-by-side.md"), comparison.markdown());
    System.out.print("\n" + comparison.markdown());
  }

  private List<Comparison.Pair> measure(int pairs) throws IOException, InterruptedException {
    String dataset = folder.resolve("dataset").toString();
    java(
        "ingest",
        "org.meanfield.jobs.cli.Meanfield",
        "ingest",
        "--master=" + experiment.master(),
        "--input=" + experiment.data(),
        "--output=" + dataset,
        "--set=ingest.validation-fraction=0");
    List<Comparison.Pair> measured = new ArrayList<>();
    for (int pair = 1; pair <= pairs; pair++) {
      Measurement stock = train("stock-" + pair, StockTraining.class.getName());
      Measurement own =
          train(
              "meanfield-" + pair,
              MeanfieldTraining.class.getName(),
              dataset,
              folder.resolve("run-" + pair).toString());
      measured.add(new Comparison.Pair(stock, own));
      System.out.printf(
          Locale.ROOT,
          "pair %d of %d: stock %.0f images/s (%.2f %%), Meanfield %.0f images/s (%.2f %%), ratio %.2f%n",
          pair,
          pairs,
          stock.imagesPerSecond(),
          100 * stock.testAccuracy(),
          own.imagesPerSecond(),
          100 * own.testAccuracy(),
          own.imagesPerSecond() / stock.imagesPerSecond());
    }
    return measured;
  }

  private Measurement train(String name, String program, String... more)
      throws IOException, InterruptedException {
    Path measurement = folder.resolve(name + ".json");
    List<String> arguments =
        new ArrayList<>(List.of(experimentFile.toString(), measurement.toString()));
    arguments.addAll(List.of(more));
    java(name, program, arguments.toArray(String[]::new));
    return Measurement.read(measurement);
  }

  /** Runs a program in a JVM like this one: same class path, same flags, same environment. */
  private void java(String name, String program, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program));
    command.addAll(List.of(arguments));
    Path log = folder.resolve(name + ".log");
    int code =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start()
            .waitFor();
    if (code != 0) {
      throw new IllegalStateException(
          name + " ended with code " + code + "; its output is in " + log);
    }
  }
}
