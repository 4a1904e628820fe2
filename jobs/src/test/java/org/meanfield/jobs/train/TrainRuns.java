package org.meanfield.jobs.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.cli.Meanfield;
import org.meanfield.jobs.testing.LocalSpark;

/**
 * Runs {@code meanfield train} as a person would: three workers, four rounds on a tiny data set.
 */
final class TrainRuns {
  private final String data;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  /** On a data set. */
  TrainRuns(String data) {
    this.data = data;
  }

  /**
   * Trains.
   *
   * @param output path or URI
   * @return the exit code
   */
  int train(Object output, String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("train", "--data", data, "--output", output.toString()));
    arguments.addAll(
        List.of("--model", "mlp", "--workers", "3", "--batch-size", "4", "--epochs", "2"));
    arguments.addAll(List.of("--set", "train.averaging-period=2"));
    for (String option : more) {
      leaveOut(arguments, option);
    }
    arguments.addAll(List.of(more));
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    Console console = new Console(out, Console.TerminalKind.PLAIN);
    return new Meanfield(List.of(new TrainJob()), out, out, console)
        .run(LocalSpark.session(), arguments.toArray(new String[0]));
  }

  /** An option given again replaces the default above: the command line takes each once. */
  private static void leaveOut(List<String> arguments, String option) {
    int at = arguments.indexOf(option);
    if (at >= 0 && !option.equals("--set")) {
      arguments.subList(at, at + 2).clear();
    }
  }

  /** What all commands so far, or since it was forgotten, have printed. */
  String printed() {
    return printed.toString(StandardCharsets.UTF_8);
  }

  /** Forgets what was printed. */
  void forget() {
    printed.reset();
  }

  /** A JSON file of a run. */
  static JsonNode json(Path file) throws IOException {
    return new ObjectMapper().readTree(Files.readAllBytes(file));
  }

  /** The {@code stateSha256} of a run's result. */
  static String digest(Path run) throws IOException {
    return json(run.resolve("result.json")).get("stateSha256").asText();
  }

  /** The journal's lines about rounds. */
  static List<JsonNode> rounds(Path run) throws IOException {
    List<JsonNode> rounds = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("journal.jsonl"))) {
      JsonNode node = new ObjectMapper().readTree(line);
      if (node.get("kind").asText().equals("round")) {
        rounds.add(node);
      }
    }
    return rounds;
  }
}
