package org.meanfield.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes really die, by SIGKILL, and the final bits do not change. */
class KilledProcessesIT {
  private static final int ROUNDS = 32;
  @TempDir static Path folder;
  private static String undisturbed;

  @BeforeAll
  static void trainUndisturbed() throws IOException {
    Path sample =
        LaunchedProgram.projectFolder().resolve("jobs/src/test/resources/fashion-mnist-sample");
    assertThat(
            LaunchedProgram.run(
                List.of(
                    "ingest",
                    "--master",
                    "local[2]",
                    "--input",
                    sample.toString(),
                    "--output",
                    data())))
        .isZero();
    assertThat(LaunchedProgram.run(train("local[2]", "undisturbed"))).isZero();
    undisturbed = stateSha256("undisturbed");
  }

  /** Each life runs on another number of executors or threads; the last but one ends by SIGTERM. */
  @Test
  void aDriverKilledAtThreePointsResumesElsewhereToTheSameBits() throws IOException {
    Map<Integer, String> masterOfLife =
        new TreeMap<>(Map.of(3, "local[2]", 14, "local[1]", 27, "local-cluster[2,1,1024]"));
    for (Map.Entry<Integer, String> life : masterOfLife.entrySet()) {
      try (LaunchedProgram program = LaunchedProgram.start(train(life.getValue(), "driver"))) {
        program.until(line -> roundOf(line) >= life.getKey());
        if (life.getKey() == 27) {
          program.terminate();
          assertThat(program.exitCode()).isEqualTo(143);
          assertThat(program.lines()).anyMatch(line -> line.contains("stopped by a signal"));
          assertThat(program.lines()).noneMatch(line -> line.contains("failed unexpectedly"));
        } else {
          program.kill();
        }
      }
    }
    try (LaunchedProgram last = LaunchedProgram.start(train("local[4]", "driver"))) {
      assertThat(last.exitCode()).isZero();
      assertThat(last.lines()).anyMatch(line -> line.contains("going on after round"));
    }
    assertThat(stateSha256("driver")).isEqualTo(undisturbed);
  }

  @Test
  void executorsKilledMidTrainingLeaveTheBitsUnchanged() throws IOException {
    List<String> arguments = train("local-cluster[2,1,1024]", "executors");
    arguments.addAll(List.of("--set", "train.runner=job"));
    try (LaunchedProgram program = LaunchedProgram.start(arguments)) {
      for (int round : new int[] {4, 15}) {
        program.until(line -> roundOf(line) >= round);
        anExecutor(program).destroyForcibly();
      }
      assertThat(program.exitCode()).isZero();
    }
    assertThat(stateSha256("executors")).isEqualTo(undisturbed);
  }

  /**
   * The segment ends on the other side, and goes on with what is left. States move with Spark's
   * authentication and encryption.
   */
  @Test
  void residentExecutorsKilledMidSegmentLeaveTheBitsUnchanged() throws IOException {
    List<String> arguments = resident("resident", 60);
    for (String conf :
        List.of(
            "spark.authenticate=true",
            "spark.authenticate.secret=of this test",
            "spark.network.crypto.enabled=true",
            "spark.network.crypto.saslFallback=false")) {
      arguments.addAll(List.of("--spark-conf", conf));
    }
    try (LaunchedProgram program = LaunchedProgram.start(arguments)) {
      for (int round : new int[] {2, 15}) {
        program.until(line -> roundOf(line) >= round);
        anExecutor(program).destroyForcibly();
      }
      assertThat(program.exitCode()).isZero();
      assertThat(program.lines()).anyMatch(line -> line.contains("Going on from round"));
    }
    assertThat(stateSha256("resident")).isEqualTo(undisturbed);
  }

  /** A stopped process keeps its connections open and says nothing. */
  @Test
  void aResidentExecutorThatHangsIsGivenUpAtTheDeadline() throws IOException, InterruptedException {
    List<String> arguments = resident("hung", 6);
    // An epoch is one segment, so that it hangs in the middle of one.
    arguments.addAll(List.of("--set", "checkpoint.interval=100"));
    try (LaunchedProgram program = LaunchedProgram.start(arguments)) {
      program.until(line -> roundOf(line) >= 4);
      String hung = Long.toString(anExecutor(program).pid());
      assertThat(new ProcessBuilder("kill", "-STOP", hung).start().waitFor()).isZero();
      assertThat(program.exitCode()).isZero();
      assertThat(program.lines()).anyMatch(line -> line.contains("hangs; asking for another"));
    }
    assertThat(stateSha256("hung")).isEqualTo(undisturbed);
  }

  private static ProcessHandle anExecutor(LaunchedProgram program) {
    return program.children().stream()
        .filter(
            child -> child.info().commandLine().orElse("").contains("CoarseGrainedExecutorBackend"))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> resident(String run, int timeoutSeconds) {
    List<String> arguments = train("local-cluster[2,1,1024]", run);
    arguments.addAll(List.of("--set", "train.runner=resident"));
    arguments.addAll(List.of("--set", "train.round-timeout=" + timeoutSeconds));
    return arguments;
  }

  private static List<String> train(String master, String run) {
    List<String> arguments = new ArrayList<>(List.of("train", "--master", master));
    arguments.addAll(List.of("--data", data(), "--output", folder.resolve(run).toString()));
    arguments.addAll(
        List.of("--model", "lenet", "--workers", "4", "--epochs", "2", "--batch-size", "6"));
    arguments.addAll(
        List.of("--set", "train.averaging-period=1", "--set", "checkpoint.interval=4"));
    return arguments;
  }

  private static String data() {
    return folder.resolve("data").toString();
  }

  private static int roundOf(String line) {
    return line.matches(".*round \\d+/" + ROUNDS + ".*")
        ? Integer.parseInt(line.replaceAll(".*round (\\d+)/.*", "$1"))
        : -1;
  }

  private static String stateSha256(String run) throws IOException {
    JsonNode result =
        new ObjectMapper().readTree(folder.resolve(run).resolve("result.json").toFile());
    return result.get("stateSha256").asText();
  }
}
