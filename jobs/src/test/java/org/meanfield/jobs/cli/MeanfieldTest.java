package org.meanfield.jobs.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.meanfield.jobs.storage.FolderLock;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.jobs.testing.LocalSpark;

/** What a person, a script and a scheduler see of the command line, with a small job behind it. */
class MeanfieldTest {
  private static SparkSession spark;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  @TempDir Path folder;

  @BeforeAll
  static void startSpark() {
    spark = LocalSpark.session();
  }

  @AfterAll
  static void stopSpark() {
    spark.stop();
  }

  @Test
  void showsHelpOnEveryLevelAndItsVersion() {
    assertThat(run("--help")).isZero();
    assertThat(printed()).contains("echo", "Says something.", "other", "Exit codes");
    assertThat(run("echo", "--help")).isZero();
    assertThat(printed())
        .contains("--output=OUTPUT", "--times", "100% sure", "Default: 3", "--print-settings");
    assertThat(run("--version")).isZero();
    assertThat(printed())
        .matches("(?s)Meanfield \\d+\\.\\d+\\.\\d+ \\(commit ([0-9a-f]{40}|unknown)\\)\\s*");
  }

  @Test
  void aMissingCommandShowsTheUsage() {
    assertThat(run()).isEqualTo(2);
    assertThat(complained()).contains("COMMAND", "echo");
  }

  @Test
  void aMistypedCommandOrOptionNamesTheNearest() {
    assertThat(run("ehco", "--output", "x")).isEqualTo(2);
    assertThat(complained()).contains("'ehco' is not a command; did you mean 'echo'?");
    assertThat(run("echo", "--otput", "x")).isEqualTo(2);
    assertThat(complained())
        .contains("'--otput' is not an option of echo; did you mean '--output'?")
        .contains("--output is required")
        .doesNotContain("left over");
    assertThat(run("--times", "3", "echo")).isEqualTo(2);
    assertThat(complained()).contains("'--times' stands before the command");
  }

  @Test
  void listsEveryProblemAtOnce() throws IOException {
    Path file = write("echo.tims = 4\necho.ending = never\n");
    int code =
        run(
            "echo",
            "--conf",
            file.toString(),
            "--times",
            "12",
            "--set",
            "echo.loud=maybe",
            "--set",
            "nonsense",
            "--spark-conf",
            "x",
            "--conf",
            "/no/such.conf");
    assertThat(code).isEqualTo(2);
    assertThat(complained())
        .contains("8 problems")
        .contains("'echo.tims' (")
        .contains("settings.conf: 1) is not a known key; did you mean 'echo.times'?")
        .contains("'echo.ending' = never")
        .contains("'echo.times' = 12 (--times) must be at most 9")
        .contains("'echo.loud' = maybe (--set)")
        .contains("--set nonsense is not of the form KEY=VALUE")
        .contains("--spark-conf x is not of the form KEY=VALUE")
        .contains("--conf /no/such.conf cannot be read")
        .contains("--output is required");
  }

  @Test
  void aValueWhereABlockBelongsIsNotHiddenByAnotherSource() throws IOException {
    Path file = write("other = 5\necho = loud\n");
    assertThat(run("echo", "--conf", file.toString(), "--output", output())).isEqualTo(2);
    assertThat(complained())
        .contains("2 problems")
        .contains("settings.conf: 1) is a block of settings, not one; write 'other.NAME = ...'")
        .contains("settings.conf: 2) is a block of settings, not one; write 'echo.NAME = ...'");
  }

  @Test
  void laterFilesWinOverEarlierOnesOptionsOverFilesAndSetOverAll() throws IOException {
    Path first = write("echo { output = a, times = 1 }\necho.loud = true\nother.size = 5\n");
    Path second = Files.writeString(folder.resolve("second.conf"), "echo.times = 2\n");
    run(
        "echo",
        "--conf",
        first.toString(),
        "--conf",
        second.toUri().toString(),
        "--output",
        "b",
        "--set",
        "echo.output=c",
        "--print-settings");
    assertThat(printed().lines().map(line -> line.replaceAll("\\s+", " ")).toList())
        .satisfiesExactly(
            line -> assertThat(line).isEqualTo("echo.output = c # --set"),
            line ->
                assertThat(line).startsWith("echo.times = 2 # file:").endsWith("second.conf: 1"),
            line -> assertThat(line).contains("echo.loud = true # ").endsWith("settings.conf: 2"),
            line -> assertThat(line).isEqualTo("echo.ending = done # default"));
  }

  @Test
  void anotherCommandsKeyIsPassedOverInFilesOnly() {
    assertThat(run("echo", "--output", folder.toString(), "--set", "other.size=1")).isEqualTo(2);
    assertThat(complained()).contains("'other.size' (--set) is not a known key");
  }

  @Test
  void aFlagNeedsNoValue() {
    assertThat(run("echo", "--output", "x", "--loud", "--print-settings")).isZero();
    assertThat(printed()).containsPattern("echo.loud +?= true");
  }

  @Test
  void leavesAResultWithTheJobsFigures() throws IOException {
    long start = System.nanoTime();
    assertThat(run("echo", "--output", output(), "--times", "5")).isZero();
    double atMost = Math.ceil((System.nanoTime() - start) / 1e6) / 1000; // told in milliseconds
    JsonNode result = result();
    assertThat(result.fieldNames())
        .toIterable()
        .containsExactly(
            "command", "status", "exitCode", "message", "seconds", "finished", "times");
    assertThat(result.get("command").asText()).isEqualTo("echo");
    assertThat(result.get("status").asText()).isEqualTo("done");
    assertThat(result.get("exitCode").asInt()).isZero();
    assertThat(result.get("message").asText()).isEqualTo("said it");
    assertThat(result.get("seconds").isNumber()).isTrue();
    assertThat(result.get("seconds").asDouble()).isBetween(0.0, atMost);
    assertThat(result.get("times").asInt()).isEqualTo(5);
    assertThat(printed()).contains("echo: done in");
    assertThat(run("echo", "--output", output(), "--set", "echo.ending=nothing-to-do")).isZero();
    assertThat(result().get("status").asText()).isEqualTo("nothing-to-do");
  }

  @ParameterizedTest
  @CsvSource({
    "unexpected, 1",
    "data, 3",
    "diverged, 4",
    "corrupt, 5",
    "conflict, 6",
    "data-on-executor, 3"
  })
  void aFailureHasItsExitCodeAndLeavesAResult(String ending, int code) throws IOException {
    assertThat(run("echo", "--output", output(), "--set", "echo.ending=" + ending)).isEqualTo(code);
    assertThat(result().get("status").asText()).isEqualTo("failed");
    assertThat(result().get("exitCode").asInt()).isEqualTo(code);
    assertThat(complained()).contains(result().get("message").asText()).doesNotContain("\tat ");
  }

  @Test
  void aConflictOrWrongSettingsLeaveAnEarlierResultAlone() throws IOException {
    run("echo", "--output", output());
    run("echo", "--output", output(), "--set", "echo.ending=conflict");
    assertThat(result().get("status").asText()).isEqualTo("done");
    run("echo", "--output", output(), "--set", "echo.ending=x");
    assertThat(result().get("status").asText()).isEqualTo("done");
    run("echo", "--output", output(), "--set", "echo.ending=data");
    assertThat(result().get("status").asText()).isEqualTo("failed");
  }

  @ParameterizedTest
  @CsvSource({
    "--conf, my:file.conf, ./NAME",
    "--conf, nosuch://host/my.conf, correct the word before the colon",
    "--output, a:b, ./NAME",
    "--output, nosuch://host/out, correct the word before the colon",
    "--set, 'echo.output=[a]', is not a single value"
  })
  void aPathThatIsNoneIsOneErrorWithoutATrace(String option, String value, String advice) {
    assertThat(run("echo", option, value)).isEqualTo(2);
    assertThat(complained()).contains(value.replace("echo.output=", ""), advice);
    assertThat(complained()).doesNotContain("\tat ", "unexpected");
  }

  @Test
  void anOutputThatIsAFileIsRefusedAndStays() throws IOException {
    Path file = Files.writeString(folder.resolve("mine.png"), "precious");
    assertThat(run("echo", "--output", file.toString())).isEqualTo(2);
    assertThat(complained()).contains("mine.png is a file; name a folder");
    assertThat(file).hasContent("precious");
  }

  @Test
  void aFileSystemThatRefusesIsToldInOneLine() {
    assertThat(run("echo", "--output", output(), "--set", "echo.ending=disk-full")).isEqualTo(1);
    assertThat(complained())
        .contains("/data/x: No space left on device", "make some", "the output is " + output())
        .doesNotContain("unexpected", "stack trace");
    assertThat(run("echo", "--output", output(), "--set", "echo.ending=spark-gone")).isEqualTo(1);
    assertThat(complained()).contains("Check --master and the cluster");
  }

  @Test
  void wrongSettingsLeaveAResultWhereTheOutputIsKnown() throws IOException {
    run("echo", "--output", output(), "--times", "many");
    assertThat(result().get("exitCode").asInt()).isEqualTo(2);
  }

  @Test
  void aRefusedCommandLeavesItsVerdictInItsOwnFolderAndNotInThatOfOthers() throws IOException {
    Files.createDirectories(Path.of(output()));
    Files.writeString(Path.of(output(), "run.json"), "{}");
    run("echo", "--output", output(), "--set", "echo.ending=conflict");
    assertThat(Path.of(output(), ResultFile.NAME)).doesNotExist();
    try (FolderLock killed =
        FolderLock.ofOutput(new Storage(new Configuration()), output(), "echo")) {
      killed.requireHeld();
    }
    run("echo", "--output", output(), "--set", "echo.ending=conflict");
    assertThat(result().get("exitCode").asInt()).isEqualTo(6);
  }

  private int run(String... args) {
    out.reset();
    err.reset();
    PrintStream stream = new PrintStream(out, true, UTF_8);
    Console console = new Console(stream, Console.TerminalKind.PLAIN);
    return new Meanfield(
            List.of(new EchoJob(), new OtherJob()),
            stream,
            new PrintStream(err, true, UTF_8),
            console)
        .run(spark, args);
  }

  private Path write(String text) throws IOException {
    return Files.writeString(folder.resolve("settings.conf"), text);
  }

  private String output() {
    return folder.resolve("output").toString();
  }

  private JsonNode result() throws IOException {
    return new ObjectMapper().readTree(Path.of(output(), ResultFile.NAME).toFile());
  }

  private String printed() {
    return out.toString(UTF_8);
  }

  private String complained() {
    return err.toString(UTF_8);
  }
}
