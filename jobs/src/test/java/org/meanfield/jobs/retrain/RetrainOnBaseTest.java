package org.meanfield.jobs.retrain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.cli.Meanfield;
import org.meanfield.jobs.ingest.IngestJob;
import org.meanfield.jobs.ingest.TinyImages;
import org.meanfield.jobs.testing.LocalSpark;

/** A data set that was there before retraining, and a champion that new images find wanting. */
class RetrainOnBaseTest {
  private static final String FALL = "trigger.accuracy-fall=0.4";

  @TempDir Path folder;

  @Test
  void theBaseIsTheFirstRunAndAFallOfAccuracyTheSecond() throws Exception {
    RetrainCommands day = new RetrainCommands(folder);
    Files.createDirectories(day.at("input"));
    String base = base();

    assertThat(day.run("--base", base)).as(day.printed()).isZero();
    assertThat(day.result().get("why").asText()).startsWith("first run: 0 images delivered");
    assertThat(day.result().get("deliveries")).isEmpty();
    long tests = (long) RetrainCommands.TESTS * TinyImages.CLASSES.size();
    assertThat(manifest(day).at("/splits/test/examples").asLong()).isEqualTo(tests);
    assertThat(day.registry().state().champion()).contains(1);
    String frozen = testDigest(day);
    assertThat(day.run("--base", base)).as("nothing new since").isEqualTo(20);

    // As the base: the champion is as good on these as on its test split.
    day.deliver("day-1", 40, 50);
    assertThat(day.run("--base", base, "--set", FALL)).as(day.printed()).isEqualTo(20);
    assertThat(day.result().get("status").asText()).isEqualTo("not-due");
    assertThat(day.printed()).contains("not due: accuracy-fall", "fires at least 0.4000");
    assertThat(fall(day)).isBetween(-0.4, 0.4);

    // Labels that the champion does not know: it is wrong on most of the new images.
    day.deliverMislabelled("day-2", 50, 90);
    assertThat(day.run("--base", base, "--set", FALL, "--dry-run")).as(day.printed()).isZero();
    assertThat(day.printed()).contains("would run as content-", "because accuracy-fall 0.");
    assertThat(day.run("--base", base, "--set", FALL)).as(day.printed()).isIn(0, 21);
    assertThat(day.result().get("why").asText()).startsWith("accuracy-fall 0.");
    assertThat(day.result().get("deliveries")).hasSize(2);
    assertThat(manifest(day).at("/splits/test/examples").asLong()).isEqualTo(tests);
    assertThat(testDigest(day)).isEqualTo(frozen);

    day.deliver("day-3", 90, 92);
    assertThat(day.run())
        .as("without the base another test split would be the frozen one")
        .isEqualTo(6);
    assertThat(day.printed()).contains("frozen test split", "retrain.base");
  }

  private static double fall(RetrainCommands day) {
    for (JsonNode trigger : day.result().get("triggers")) {
      if (trigger.get("criterion").asText().equals("accuracy-fall")) {
        return trigger.get("number").asDouble();
      }
    }
    throw new AssertionError("no such trigger: " + day.result());
  }

  /** Of the newest data-set version. */
  private static JsonNode manifest(RetrainCommands day) {
    return day.json("retrain/datasets/" + day.result().get("runId").asText() + "/dataset.json");
  }

  private static String testDigest(RetrainCommands day) {
    String run = "retrain/runs/" + day.result().get("runId").asText();
    return day.json(run + "/steps/ingest.json").at("/figures/testDigest").asText();
  }

  private String base() {
    for (String label : TinyImages.CLASSES) {
      RetrainCommands.draw(folder.resolve("images/train/" + label), label, 0, 40);
      RetrainCommands.draw(
          folder.resolve("images/test/" + label), label, 200_000, 200_000 + RetrainCommands.TESTS);
    }
    PrintStream out = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    String base = folder.resolve("base").toString();
    int code =
        new Meanfield(
                List.of(new IngestJob()), out, out, new Console(out, Console.TerminalKind.PLAIN))
            .run(
                LocalSpark.session(),
                "ingest",
                "--input",
                folder.resolve("images").toString(),
                "--output",
                base);
    assertThat(code).isZero();
    return base;
  }
}
