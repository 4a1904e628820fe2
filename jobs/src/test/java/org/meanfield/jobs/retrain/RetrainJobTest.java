package org.meanfield.jobs.retrain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.jobs.tracking.MlflowStub;

/** The command as a scheduler meets it, day after day. */
class RetrainJobTest {
  @TempDir Path folder;

  @Test
  void fromTheFirstImagesToARefusal() throws Exception {
    try (MlflowStub mlflow = new MlflowStub();
        HookServer hook = new HookServer()) {
      RetrainCommands day =
          new RetrainCommands(folder)
              .with("mlflow.tracking-uri=" + mlflow.uri())
              .with("mlflow.timeout-seconds=60")
              .with(hook.setting());
      threeDays(day);
      mlflowKnows(mlflow);
      eachEndWasToldOnce(hook.told);
      assertThat(day.run()).as("no new images").isEqualTo(20);
      assertThat(mlflow.aliases).as("the rollback").containsEntry("champion", "1");
      aNewClassServesByAPersonsWordAlone(day);
    }
  }

  /** Starts that had nothing to do, or found the lock held, told nobody. */
  private static void eachEndWasToldOnce(List<JsonNode> told) {
    assertThat(told)
        .extracting(end -> end.get("status").asText())
        .containsExactly("done", "done", "refused");
    assertThat(told).extracting(end -> end.get("version").asInt()).containsExactly(1, 2, 3);
    assertThat(told)
        .extracting(end -> end.get("promoted").asBoolean())
        .containsExactly(true, true, false);
    assertThat(told.get(0).get("runId").asText()).isEqualTo("monday-04-00");
  }

  /** A run for each day, named as ours, and a model version for each promoted one. */
  private static void mlflowKnows(MlflowStub mlflow) {
    List<JsonNode> runs = List.copyOf(mlflow.runs.values());
    assertThat(runs).hasSize(3);
    assertThat(runs.get(0).at("/info/run_name").asText()).isEqualTo("monday-04-00");
    assertThat(runs).allMatch(run -> run.at("/info/status").asText().equals("FINISHED"));
    assertThat(runs.stream().map(run -> MlflowStub.tags(run).get("meanfield.promoted")))
        .containsExactly("true", "true", "false");
    assertThat(MlflowStub.tags(runs.get(2)).get("meanfield.registry-version")).isEqualTo("3");
    assertThat(mlflow.steps("test_accuracy")).hasSize(3);
    assertThat(mlflow.versions).hasSize(2);
    assertThat(mlflow.versions.get(1).path("source").asText())
        .isEqualTo("mlflow-artifacts:/1/run1/artifacts/model-2");
    assertThat(mlflow.aliases).containsEntry("champion", "2");
    assertThat(mlflow.artefacts)
        .containsKeys("1/run1/artifacts/model-2/MLmodel", "1/run1/artifacts/model-2/model.onnx")
        .containsKey("1/run2/artifacts/evaluation/report.html")
        .doesNotContainKey("1/run2/artifacts/model-3/MLmodel");
  }

  private void threeDays(RetrainCommands day) throws Exception {
    theFirstDeliveryMakesAChampion(day);
    whatIsNotDueWaits(day);
    theSecondDeliveryMakesTheNextOneWhileAnotherStartIsTurnedAway(day);
    aMislabelledDeliveryIsRefused(day);
    assertThat(day.registry("rollback", "--reason", "by hand")).as(day.printed()).isZero();
    assertThat(day.json("serving/current.json").get("version").asInt()).isEqualTo(1);
  }

  private static void theFirstDeliveryMakesAChampion(RetrainCommands day) throws Exception {
    Files.createDirectories(day.at("input"));
    assertThat(day.run()).as(day.printed()).isEqualTo(20);
    assertThat(day.result().get("status").asText()).isEqualTo("no-new-data");

    day.deliverWithTest("day-1", 0, 40);
    assertThat(day.run("--run-id", "monday 04:00")).as(day.printed()).isZero();
    assertThat(day.registry().state().champion()).contains(1);
    assertThat(day.result().get("runId").asText()).isEqualTo("monday-04-00");
    assertThat(day.json("serving/current.json").get("version").asInt()).isEqualTo(1);
    assertThat(day.at("serving/1/bundle.json")).exists();
    assertThat(startOf(day)).as("there is no champion").isEqualTo("(none)");
    assertThat(day.run("--run-id", "monday 04:00")).isZero();
    assertThat(day.result().get("status").asText()).isEqualTo("nothing-to-do");
    assertThat(day.run()).as("the delivery was used").isEqualTo(20);
  }

  private static void whatIsNotDueWaits(RetrainCommands day) throws Exception {
    // As the runbook says of a damaged one: it is made again of the original.
    new Storage(new Configuration()).delete(day.at("retrain/deliveries/day-1").toString());
    RetrainCommands.draw(day.at("input/odd/unknown"), "disc", 500, 504);
    Files.createDirectories(day.at("retrain/scratch/content-of-an-earlier-look"));
    assertThat(day.run("--dry-run", "--set", "trigger.accuracy-fall=0.9")).isEqualTo(20);
    assertThat(day.printed()).contains("accuracy-fall not measured");
    day.deliver("day-2", 30, 80);
    Files.move(day.at("input/odd"), day.at("taken-back"));
    try (Stream<Path> looks = Files.list(day.at("retrain/scratch"))) {
      assertThat(looks.toList()).as("looks of before are deleted").hasSize(1);
    }
    Files.copy(
        day.at("input/day-1/test/disc/disc-100000.png"), day.at("input/day-2/disc/test-image.png"));
    assertThat(day.run("--dry-run")).isZero();
    assertThat(day.printed()).contains("would run as content-", "new-labels 120", "passed");
    onlyForceRunsWhatIsNotDue(day);
  }

  private void theSecondDeliveryMakesTheNextOneWhileAnotherStartIsTurnedAway(RetrainCommands day)
      throws Exception {
    List<Integer> meanwhile = new ArrayList<>();
    Retraining.Watch another =
        new Retraining.Watch() {
          @Override
          public void starts(String step) {
            if (step.equals("train")) {
              RetrainCommands second = new RetrainCommands(folder);
              meanwhile.add(second.run());
              assertThat(second.printed()).contains("is held by", "process");
            }
          }
        };
    assertThat(day.run(another, Clock.systemUTC())).as(day.printed()).isZero();
    assertThat(meanwhile).containsExactly(75);
    JsonNode away = day.json("retrain/turned-away/result.json");
    assertThat(away.get("exitCode").asInt()).isEqualTo(75);
    assertThat(away.get("message").asText()).contains("is held by");
    JsonNode second = day.result();
    assertThat(second.get("newLabels").asInt()).isEqualTo(120);
    assertThat(second.get("repeated").asInt()).isEqualTo(30);
    assertThat(second.get("testDuplicatesDropped").asInt()).isEqualTo(1);
    assertThat(second.get("championBefore").asInt()).isEqualTo(1);
    assertThat(day.registry().version("champion").parent()).isEqualTo(1);
    assertThat(startOf(day)).endsWith("/versions/1/export/model.zip");
    double fromNothing = firstLoss(day, "monday-04-00");
    assertThat(firstLoss(day, second.get("runId").asText())).isLessThan(fromNothing / 2);
    assertThat(day.json("serving/current.json").get("version").asInt()).isEqualTo(2);
  }

  private static void aMislabelledDeliveryIsRefused(RetrainCommands day) throws Exception {
    day.deliverMislabelled("day-3", 80, 380);
    assertThat(day.run()).as(day.printed()).isEqualTo(21);
    assertThat(day.printed()).contains("failed         non-inferiority");
    assertThat(day.registry().state().champion()).contains(2);
    assertThat(day.registry().versions()).hasSize(3);
    assertThat(day.result().get("decision").asText()).isIn("keep-champion", "refuse");
    assertThat(day.json("serving/current.json").get("version").asInt()).isEqualTo(2);
  }

  /** Too soon after a run, or too few new labels: 20, whatever else asks for a run. */
  private static void onlyForceRunsWhatIsNotDue(RetrainCommands day) {
    String coolDown = "trigger.cool-down-hours=1";
    assertThat(day.run("--set", coolDown)).as(day.printed()).isEqualTo(20);
    assertThat(day.result().get("status").asText()).isEqualTo("not-due");
    assertThat(day.result().get("message").asText())
        .contains("not due: cool-down of 1.0 hours until", "after the run that finished at");
    assertThat(day.run("--set", coolDown, "--dry-run", "--force")).as(day.printed()).isZero();
    Clock later = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(61));
    assertThat(day.run(RetrainCommands.UNDISTURBED, later, "--set", coolDown, "--dry-run"))
        .as(day.printed())
        .isZero();

    String many = "trigger.new-labels=121";
    assertThat(day.run("--set", many)).as(day.printed()).isEqualTo(20);
    assertThat(day.result().get("message").asText())
        .contains("not due: new-labels 120 (fires at least 121");
    assertThat(day.run("--set", many, "--dry-run", "--force")).as(day.printed()).isZero();
    assertThat(day.printed()).contains("because --force: new-labels 120");
  }

  /** As the runbook has it: the delivery of day 3 is left out, and the new class allowed. */
  private static void aNewClassServesByAPersonsWordAlone(RetrainCommands day) throws Exception {
    day.deliver("day-4", 600, 630);
    RetrainCommands.draw(day.at("input/day-4/ring"), "disc", 700, 720);
    assertThat(day.run()).as(day.printed()).isEqualTo(3);
    assertThat(day.result().get("exitCode").asInt()).isEqualTo(3);
    assertThat(day.result().get("message").asText())
        .contains("[day-4]", "allowed-new-classes 1.0000 at most 0.0000 (new classes: [ring])");
    assertThat(day.registry().versions()).as("nothing was trained").hasSize(3);

    String reason = "the ring is sold from noon on";
    RetrainCommands thursday =
        new RetrainCommands(day.at(""))
            .with("validation.allowed-new-classes=1")
            .with("retrain.exclude=day-3")
            .with("retrain.start=fresh");
    assertThat(thursday.run("--run-id", "thursday", "--override", reason))
        .as(thursday.printed())
        .isZero();
    assertThat(day.result().get("knownImages").asInt()).as("without day 3").isEqualTo(240);
    assertThat(day.result().at("/overruling/reason").asText()).isEqualTo(reason);
    assertThat(day.registry().state().champion()).contains(4);
    assertThat(day.registry().version("champion").parent()).as("of a fresh start").isNull();
    assertThat(startOf(day)).isEqualTo("(none)");
    assertThat(firstLoss(day, "thursday")).isGreaterThan(firstLoss(day, "monday-04-00") / 2);

    assertThat(day.registry("rollback")).isZero();
    assertThat(Files.readString(day.at("registry/history.jsonl"))).contains(reason);
    assertThat(day.registry().history())
        .filteredOn(entry -> entry.overruling() != null)
        .singleElement()
        .matches(entry -> entry.to() == 4 && entry.overruling().reason().equals(reason));
  }

  /** The file that the newest run's training took its weights from; (none) for random ones. */
  private static String startOf(RetrainCommands day) {
    String runId = day.result().get("runId").asText();
    return day.json("retrain/runs/" + runId + "/training/run.json")
        .at("/settings/model.start-from")
        .asText();
  }

  /** Of the first round: large where training starts from random weights. */
  private static double firstLoss(RetrainCommands day, String runId) throws Exception {
    Path journal = day.at("retrain/runs/" + runId + "/training/journal.jsonl");
    return new ObjectMapper().readTree(Files.readAllLines(journal).get(0)).get("loss").asDouble();
  }
}
