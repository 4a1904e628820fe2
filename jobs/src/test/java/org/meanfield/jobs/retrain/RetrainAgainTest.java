package org.meanfield.jobs.retrain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a scheduler and a person do between two attempts of a run. */
class RetrainAgainTest {
  @TempDir Path folder;
  private RetrainCommands commands;

  @BeforeEach
  void deliver() {
    commands = new RetrainCommands(folder);
    commands.deliverWithTest("day-1", 0, 16);
  }

  @Test
  void whatLiesInTheWayOfTheChampionIsLeftAlone() throws IOException {
    Path theirs = folder.resolve("serving/1/model.onnx");
    Files.createDirectories(theirs.getParent());
    Files.writeString(theirs, "another model");
    assertThat(commands.run("--run-id", "day-1")).as(commands.printed()).isEqualTo(6);
    assertThat(commands.printed()).contains("serving/1/model.onnx is in the way of the champion");
    assertThat(theirs).hasContent("another model");
    Files.delete(theirs);
    assertThat(commands.run("--run-id", "day-1")).as(commands.printed()).isZero();
    assertThat(folder.resolve("serving/1/bundle.json")).exists();
  }

  @Test
  void aChallengerThatWasPromotedByHandMeanwhileServes() throws IOException {
    assertThat(commands.run("--run-id", "day-1")).as(commands.printed()).isZero();
    commands.deliver("day-2", 16, 40);
    assertThat(commands.run(killedAfter("register"), Clock.systemUTC(), "--run-id", "day-2"))
        .isEqualTo(1);
    assertThat(commands.registry("promote", "--version", "2", "--override", "it is urgent"))
        .as(commands.printed())
        .isZero();
    assertThat(commands.run("--run-id", "day-2")).as(commands.printed()).isZero();
    assertThat(commands.printed()).contains("version 2 was promoted by hand meanwhile");
    assertThat(commands.result().path("promoted").asBoolean()).isTrue();
    assertThat(folder.resolve("serving/2/bundle.json")).exists();
  }

  @Test
  void theResultTellsWhatWasDoneAndNotWhatWasDecidedBefore() throws IOException {
    assertThat(commands.run("--run-id", "day-1")).as(commands.printed()).isZero();
    commands.deliverMislabelled("day-2", 16, 40);
    String[] lax = {"--run-id", "day-2", "--set", "validation.maximum-relabelled=1"};
    assertThat(commands.run(killedAfter("decide"), Clock.systemUTC(), lax)).isEqualTo(1);
    String[] overruled = {lax[0], lax[1], lax[2], lax[3], "--override", "a person looked"};
    assertThat(commands.run(overruled)).as(commands.printed()).isZero();
    assertThat(commands.result().path("promoted").asBoolean()).isTrue();
    assertThat(commands.result().path("overruling").path("reason").asText())
        .isEqualTo("a person looked");
  }

  @Test
  void withoutNewImagesAgeAndAPersonStartARunOnTheKnownOnes() throws IOException {
    assertThat(commands.run("--run-id", "day-1")).as(commands.printed()).isZero();
    String[] weekly = {"--set", "trigger.champion-age-days=7"};
    assertThat(commands.run(weekly)).as(commands.printed()).isEqualTo(20);
    assertThat(commands.printed())
        .contains("the champion has served for 0.00 days (trigger.champion-age-days is 7.0)");
    Clock later = Clock.offset(Clock.systemUTC(), Duration.ofDays(8));
    assertThat(commands.run(RetrainCommands.UNDISTURBED, later, weekly))
        .as(commands.printed())
        .isIn(0, 21);
    assertThat(commands.printed()).contains("due because champion-age-days 8");
    String first = commands.result().path("runId").asText();
    assertThat(commands.result().path("deliveries")).isEmpty();
    assertThat(commands.result().path("knownImages").asInt()).isEqualTo(48);
    assertThat(commands.registry().versions()).hasSize(2);
    assertThat(commands.run(RetrainCommands.UNDISTURBED, later, weekly))
        .as("once a week")
        .isEqualTo(20);
    assertThat(commands.run("--force", "--dry-run")).as(commands.printed()).isZero();
    assertThat(commands.printed())
        .contains("would run as content-", "because --force: new-labels 0")
        .doesNotContain("would run as " + first);
  }

  @Test
  void aLaterDeliveryOfTestImagesAloneIsHeldAgainstTheKnownPixels() {
    assertThat(commands.run("--run-id", "day-1")).as(commands.printed()).isZero();
    RetrainCommands.draw(folder.resolve("input/day-2/test/disc"), "disc", 200, 216);
    assertThat(commands.run("--dry-run")).as(commands.printed()).isZero();
    assertThat(commands.printed()).contains("new-labels 16", "maximum-pixel-shift");
  }

  @Test
  void aRunThatALaterOneOvertookIsNotGoneOnWithUnlessItIsNamed() {
    assertThat(commands.run(killedAfter("validate"), Clock.systemUTC(), "--run-id", "monday"))
        .isEqualTo(1);
    String[] zipAlone = {"--run-id", "tuesday", "--set", "export.to=dl4j"};
    assertThat(commands.run(zipAlone)).as(commands.printed()).isZero();
    assertThat(commands.printed()).contains("has no model.onnx, so no server is tried");
    assertThat(commands.json("retrain/runs/tuesday/steps/smoke-test.json").toString())
        .contains("\"images\":108", "\"agreement\":1.0", "latencyMilliseconds");
    assertThat(commands.run()).as(commands.printed()).isEqualTo(20);
    assertThat(commands.run("--dry-run", "--run-id", "monday")).as(commands.printed()).isZero();
    assertThat(commands.printed()).contains("would go on with run monday");
  }

  @Test
  void theRetriesOfANamedRunAreOneFailure() throws IOException {
    Path broken = folder.resolve("input/day-1/train/disc/broken.png");
    Files.createDirectories(broken.getParent());
    Files.writeString(broken, "no image");
    String[] strict = {"--set", "validation.maximum-unreadable=0"};
    for (String runId : new String[] {"monday", "monday", "monday", "tuesday", "tuesday"}) {
      assertThat(attempt(runId, strict)).as(commands.printed()).isEqualTo(3);
    }
    assertThat(attempt("wednesday", strict)).as(commands.printed()).isEqualTo(6);
    assertThat(commands.printed()).contains("2 attempts failed in a row");
  }

  private int attempt(String runId, String... more) {
    String[] options = {"--run-id", runId, "--set", "retrain.max-failures=2", more[0], more[1]};
    return commands.run(options);
  }

  private static Retraining.Watch killedAfter(String last) {
    return new Retraining.Watch() {
      @Override
      public void committed(String step) {
        if (step.equals(last)) {
          throw new Killed();
        }
      }
    };
  }

  /** No exception that a program would handle. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }
}
