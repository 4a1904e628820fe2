package org.meanfield.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Retrains as processes of their own, as a scheduler starts them: two at once, and one that dies by
 * SIGKILL again and again. {@code RetrainKilledTest} dies at every step, inside one process.
 */
@TestMethodOrder(OrderAnnotation.class)
class KilledRetrainIT {
  /** A dead owner's lock is free before the next process has started. */
  private static final String EXPIRES_AT_ONCE = "retrain.lock-minutes=0.01";

  private static final String EXPIRES_LATE = "retrain.lock-minutes=10";

  /** The end of a life: after a step has begun, the first line like this one. */
  private record Death(String step, String line) {
    static Death atTheBorderBefore(String step) {
      return new Death(step, "");
    }
  }

  private static final List<Death> DEATHS =
      List.of(
          new Death("", "ingest: .* inputs in .*"),
          new Death("ingest", "ingest: .* accepted.*"),
          new Death("train", ".*round [4-9]/.*"),
          Death.atTheBorderBefore("evaluate"),
          Death.atTheBorderBefore("register"),
          new Death("decide", "retrain .*: the gate says.*"),
          new Death("publish", "retrain .*: the champion is in .*"));

  @TempDir static Path folder;

  @BeforeAll
  static void deliver() throws IOException {
    SampleDelivery.into(folder.resolve("input"));
  }

  /** The first is held still in the middle of its work, so that the second surely meets it. */
  @Test
  @Order(1)
  void ofTwoAtOnceOneWorksAndTheOtherLeaves() throws Exception {
    try (LaunchedProgram first = LaunchedProgram.start(retrain("undisturbed", EXPIRES_LATE))) {
      first.until(line -> line.matches(".*round 2/.*"));
      first.signal("STOP");
      try (LaunchedProgram second = LaunchedProgram.start(retrain("undisturbed", EXPIRES_LATE))) {
        assertThat(second.exitCode()).isEqualTo(75);
        assertThat(second.lines()).anyMatch(line -> line.contains("is held by"));
      }
      first.signal("CONT");
      assertThat(first.exitCode()).as(String.join("\n", first.lines())).isZero();
    }
    assertThat(result("undisturbed").get("promoted").asBoolean()).isTrue();
  }

  @Test
  @Order(2)
  void killedAgainAndAgainItEndsAsTheOneThatNobodyDisturbed() throws IOException {
    List<String> told = new ArrayList<>();
    for (Death death : DEATHS) {
      try (LaunchedProgram program = LaunchedProgram.start(retrain("killed", EXPIRES_AT_ONCE))) {
        if (!death.step().isEmpty()) {
          program.until(line -> line.matches("retrain content-[0-9a-f]{12}: " + death.step()));
        }
        if (!death.line().isEmpty()) {
          program.until(line -> line.matches(death.line()));
        }
        program.kill();
        told.addAll(program.lines());
      }
      assertThat(folder.resolve("killed/retrain/result.json")).doesNotExist();
    }
    try (LaunchedProgram last = LaunchedProgram.start(retrain("killed", EXPIRES_AT_ONCE))) {
      assertThat(last.exitCode()).as(String.join("\n", last.lines())).isZero();
      told.addAll(last.lines());
    }
    assertThat(told)
        .anyMatch(line -> line.matches("retrain content-[0-9a-f]{12}: goes on"))
        .anyMatch(line -> line.matches("going on after round [3-9].*"));
    assertThat(summary("killed")).isEqualTo(summary("undisturbed"));
  }

  private static Map<String, Object> summary(String name) throws IOException {
    JsonNode result = result(name);
    JsonNode champion = json(name + "/registry/champion.json");
    JsonNode version =
        json(name + "/registry/" + champion.get("folder").asText() + "/version.json");
    Map<String, Object> summary = new TreeMap<>();
    summary.put("status", result.get("status"));
    summary.put("accuracy", result.get("accuracy"));
    summary.put("decision", result.get("decision"));
    summary.put("model", champion.get("modelId"));
    summary.put("data set", version.get("datasetDigest"));
    summary.put("served", json(name + "/serving/current.json").get("modelId"));
    summary.put(
        "changes", Files.readAllLines(folder.resolve(name + "/registry/history.jsonl")).size());
    return summary;
  }

  private static List<String> retrain(String name, String lock) {
    Path own = folder.resolve(name);
    List<String> arguments = new ArrayList<>(List.of("retrain", "--master", "local[2]"));
    arguments.addAll(List.of("--input", folder.resolve("input").toString()));
    arguments.addAll(List.of("--output", own.resolve("retrain").toString()));
    arguments.addAll(List.of("--registry", own.resolve("registry").toString()));
    arguments.addAll(List.of("--serving", own.resolve("serving").toString()));
    for (String setting :
        List.of(
            lock,
            "retrain.max-failures=100",
            "model.name=mlp",
            "train.workers=2",
            "train.epochs=2",
            "train.batch-size=16",
            "train.averaging-period=1",
            "train.runner=job",
            "checkpoint.interval=1",
            "promotion.maximum-calibration-error=1")) {
      arguments.addAll(List.of("--set", setting));
    }
    return arguments;
  }

  private static JsonNode result(String name) throws IOException {
    return json(name + "/retrain/result.json");
  }

  private static JsonNode json(String file) throws IOException {
    return new ObjectMapper().readTree(folder.resolve(file).toFile());
  }
}
