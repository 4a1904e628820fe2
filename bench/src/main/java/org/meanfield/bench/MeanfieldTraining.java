package org.meanfield.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.meanfield.engine.Engines;
import org.meanfield.jobs.cli.Commands;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.cli.Meanfield;
import org.meanfield.jobs.spark.LogConfiguration;
import org.meanfield.model.TrainedModel;
import org.nd4j.linalg.factory.Nd4j;

/**
 * {@code meanfield train}, the command as users run it, checkpoints and all. Run in a process of
 * its own: {@code MeanfieldTraining EXPERIMENT.json MEASUREMENT.json DATASET RUN}.
 */
public final class MeanfieldTraining {
  private MeanfieldTraining() {}

  /** Trains, scores and writes the measurement. */
  public static void main(String[] args) throws IOException {
    LogConfiguration.applyUnlessConfigured();
    Experiment experiment = Experiment.read(Path.of(args[0]));
    String run = args[3];
    PrintStream out = new PrintStream(System.out, true, Charset.defaultCharset());
    Console console = new Console(out, Console.TerminalKind.PLAIN);
    int code =
        new Meanfield(Commands.all(), out, System.err, console)
            .run(command(experiment, args[2], run).toArray(String[]::new));
    if (code != 0) {
      System.exit(code);
    }
    JsonNode result = new ObjectMapper().readTree(Path.of(run, "result.json").toFile());
    new Measurement(
            "meanfield",
            result.get("trainedImages").longValue(),
            result.get("imagesPerSecond").doubleValue(),
            TestAccuracy.of(network(run), experiment.data()),
            "meanfield on " + Engines.named("nd4j").description())
        .write(Path.of(args[1]));
  }

  private static List<String> command(Experiment experiment, String dataset, String run) {
    return List.of(
        "train",
        "--master=" + experiment.master(),
        "--spark-conf=spark.ui.enabled=false",
        "--data=" + dataset,
        "--output=" + run,
        "--model=lenet",
        "--engine=nd4j",
        "--workers=" + experiment.workers(),
        "--epochs=" + experiment.epochs(),
        "--batch-size=" + experiment.batchSize(),
        "--seed=" + experiment.seed(),
        "--set=train.averaging-period=" + experiment.averagingPeriod(),
        "--set=optimizer.name=nesterov",
        "--set=optimizer.learning-rate=" + experiment.learningRate(),
        "--set=optimizer.momentum=" + experiment.momentum(),
        "--set=optimizer.schedule=constant",
        "--set=image.normalization=fixed",
        String.format(Locale.ROOT, "--set=image.mean=[%.3f]", FashionMnist.MEAN),
        String.format(Locale.ROOT, "--set=image.deviation=[%.3f]", FashionMnist.DEVIATION));
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
}
