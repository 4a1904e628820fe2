package org.meanfield.jobs.ingest;

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
import org.apache.spark.sql.SparkSession;
import org.meanfield.data.DatasetManifest;
import org.meanfield.image.PngEncoder;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.cli.Meanfield;
import org.meanfield.jobs.storage.DatasetFiles;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.jobs.testing.LocalSpark;

/** Runs {@code meanfield ingest} as a person would, on one session for all tests. */
public final class IngestRuns {
  private IngestRuns() {}

  /** How a run ended. */
  record Outcome(int exitCode, String errors, JsonNode result) {
    String message() {
      return result.path("message").asText();
    }
  }

  static SparkSession spark() {
    return LocalSpark.session();
  }

  static Outcome run(Path input, Path output, String... more) throws IOException {
    List<String> args =
        new ArrayList<>(
            List.of("ingest", "--input", input.toString(), "--output", output.toString()));
    args.addAll(List.of(more));
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    PrintStream err = new PrintStream(errors, true, StandardCharsets.UTF_8);
    PrintStream out = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    Console console = new Console(out, Console.TerminalKind.PLAIN);
    int code =
        new Meanfield(List.of(new IngestJob()), out, err, console)
            .run(spark(), args.toArray(new String[0]));
    Path result = output.resolve("result.json");
    JsonNode verdict = new ObjectMapper().readTree(Files.exists(result) ? read(result) : "{}");
    return new Outcome(code, errors.toString(StandardCharsets.UTF_8), verdict);
  }

  /** Runs it and expects a data set. */
  public static DatasetFiles ingest(Path input, Path output, String... more) throws IOException {
    Outcome outcome = run(input, output, more);
    if (outcome.exitCode() != 0) {
      throw new AssertionError("Exit code " + outcome.exitCode() + ": " + outcome.errors());
    }
    return open(output);
  }

  static DatasetFiles open(Path output) {
    Storage storage = new Storage(spark().sparkContext().hadoopConfiguration());
    return DatasetFiles.open(spark(), storage, output.toString());
  }

  static boolean hasManifest(Path output) {
    return Files.exists(output.resolve(DatasetManifest.FILE));
  }

  /** Writes generated pictures {@code from} (inclusive) to {@code to} of one class. */
  static void draw(Path folder, String name, int from, int to) throws IOException {
    Files.createDirectories(folder);
    for (int i = from; i < to; i++) {
      Files.write(folder.resolve(i + ".png"), png(name, i));
    }
  }

  /** A generated picture. */
  public static byte[] png(String name, int i) {
    return PngEncoder.encode(TinyImages.draw(name, i));
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file);
  }
}
