package org.meanfield.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.cli.Meanfield;
import org.meanfield.jobs.ingest.TinyDatasets;
import org.meanfield.jobs.testing.LocalSpark;
import org.meanfield.jobs.tracking.MlflowStub;

/** What an MLflow server gets to know of a training, and that no training suffers from it. */
class MlflowTrackingTest {
  private static final String WARNING = "warning: MLflow at";
  private static final String BACK = "answers again";
  private static final String[] HASTY = {"--set", "mlflow.timeout-seconds=1"};
  @TempDir static Path folder;
  private static SparkSession spark;
  private static String data;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private MlflowStub mlflow;

  @BeforeAll
  static void start() {
    spark = LocalSpark.session();
    data = TinyDatasets.create(spark, folder.resolve("data"));
  }

  @BeforeEach
  void listen() throws IOException {
    mlflow = new MlflowStub();
  }

  @AfterEach
  void stop() {
    mlflow.close();
  }

  @Test
  void aRunIsToldOnceWhateverProcessGoesOnWithIt() throws IOException {
    Path run = folder.resolve("told");
    assertThat(train(run, mlflow.uri())).as(printed()).isZero();
    JsonNode info = mlflow.run().get("info");
    assertThat(info.get("status").asText()).isEqualTo("FINISHED");
    assertThat(info.get("run_name").asText()).isEqualTo("told");
    assertThat(parameters()).contains("train.epochs=2", "model.name=mlp", "train.workers=3");
    assertThat(MlflowStub.tags(mlflow.run()))
        .containsEntry("meanfield.run-id", json(run.resolve("run.json")).get("runId").asText())
        .containsKeys("meanfield.engine", "meanfield.dataset-id", "mlflow.source.git.commit");
    eachEpochOnce();
    double accuracy =
        mlflow.metrics.stream()
            .filter(metric -> metric.get("key").asText().equals("validation_accuracy"))
            .mapToDouble(metric -> metric.get("value").asDouble())
            .reduce((first, last) -> last)
            .orElseThrow();
    assertThat(accuracy)
        .isEqualTo(json(run.resolve("result.json")).get("validationAccuracy").asDouble());
    for (String file : List.of("run.json", "journal.jsonl", "model/training.json")) {
      assertThat(mlflow.artefacts)
          .containsEntry("1/run0/artifacts/run/" + file, Files.readAllBytes(run.resolve(file)));
    }
    assertThat(printed()).doesNotContain(WARNING);

    assertThat(train(run, mlflow.uri())).as("finished").isZero();
    eachEpochOnce();
    interruptAfterTheFirstEpoch(run);
    assertThat(train(run, mlflow.uri())).as(printed()).isZero();
    assertThat(printed()).contains("going on after round 2 of 4");
    eachEpochOnce();
    assertThat(mlflow.run().at("/info/status").asText()).isEqualTo("FINISHED");
  }

  @Test
  void whatWasTrainedBeforeIsToldToo() throws IOException {
    Path run = folder.resolve("before");
    assertThat(train(run, "")).isZero();
    interruptAfterTheFirstEpoch(run);
    assertThat(train(run, mlflow.uri())).as(printed()).isZero();
    eachEpochOnce();
    assertThat(mlflow.metrics.stream().map(metric -> metric.get("value").asDouble()))
        .allMatch(Double::isFinite);
  }

  @Test
  void aFailedTrainingIsAFailedRun() {
    assertThat(
            train(
                folder.resolve("diverged"), mlflow.uri(), "--set", "optimizer.learning-rate=1e36"))
        .isEqualTo(4);
    assertThat(mlflow.run().at("/info/status").asText()).isEqualTo("FAILED");
  }

  @Test
  void aServerThatComesBackIsToldWhatItMissed() {
    mlflow.failNext(3); // the client asks three times
    assertThat(train(folder.resolve("flaky"), mlflow.uri())).as(printed()).isZero();
    assertThat(printed()).containsOnlyOnce(WARNING).contains("statusCode=500").contains(BACK);
    eachEpochOnce();

    Path run = folder.resolve("late");
    mlflow.runs.clear();
    mlflow.metrics.clear();
    mlflow.failNext(Integer.MAX_VALUE);
    printed.reset();
    assertThat(train(run, mlflow.uri())).as(printed()).isZero();
    assertThat(printed()).containsOnlyOnce(WARNING).doesNotContain(BACK);
    assertThat(mlflow.metrics).isEmpty();
    mlflow.failNext(0);
    assertThat(train(run, mlflow.uri())).as("nothing to train").isZero();
    eachEpochOnce();
    assertThat(mlflow.run().at("/info/status").asText()).isEqualTo("FINISHED");
  }

  @Test
  void noServerAndAHangingOneCostOneWarningAndLittleTime() {
    long start = System.nanoTime();
    assertThat(train(folder.resolve("alone"), "")).isZero();
    double alone = (System.nanoTime() - start) / 1e9;
    mlflow.hang();
    start = System.nanoTime();
    assertThat(train(folder.resolve("hanging"), mlflow.uri(), HASTY)).as(printed()).isZero();
    double hanging = (System.nanoTime() - start) / 1e9;
    assertThat(printed()).containsOnlyOnce(WARNING).contains("no answer within 1.0 s");
    assertThat(hanging).isLessThan(alone + 2 + 20); // two time limits, and slack for a busy machine

    String gone = mlflow.uri();
    mlflow.close();
    printed.reset();
    assertThat(train(folder.resolve("gone"), gone)).as(printed()).isZero();
    assertThat(printed()).containsOnlyOnce(WARNING).contains("Connection refused");
  }

  private void eachEpochOnce() {
    for (String key :
        List.of("train_loss", "learning_rate", "images_per_second", "validation_accuracy")) {
      assertThat(mlflow.steps(key)).as(key + " in " + printed()).containsExactly(1, 2);
    }
  }

  private List<String> parameters() {
    List<String> parameters = new ArrayList<>();
    mlflow
        .run()
        .at("/data/params")
        .forEach(
            each -> parameters.add(each.get("key").asText() + "=" + each.get("value").asText()));
    return parameters;
  }

  /** As if it had been killed after round 2 of 4. */
  private static void interruptAfterTheFirstEpoch(Path run) throws IOException {
    for (String file : List.of("model/training.json", "result.json")) {
      Files.delete(run.resolve(file));
    }
    for (int round : List.of(3, 4)) {
      Files.deleteIfExists(run.resolve("checkpoints/round-0000000" + round + "/checkpoint.json"));
    }
  }

  private int train(Path output, String uri, String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("train", "--data", data, "--output", output.toString()));
    arguments.addAll(
        List.of("--model", "mlp", "--workers", "3", "--batch-size", "4", "--epochs", "2"));
    arguments.addAll(List.of("--set", "train.averaging-period=2"));
    if (!uri.isEmpty()) {
      arguments.addAll(List.of("--set", "mlflow.tracking-uri=" + uri));
      arguments.addAll(List.of("--set", "mlflow.timeout-seconds=60"));
    }
    arguments.addAll(List.of(more));
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    Console console = new Console(out, Console.TerminalKind.PLAIN);
    return new Meanfield(List.of(new TrainJob()), out, out, console)
        .run(spark, arguments.toArray(new String[0]));
  }

  private String printed() {
    return printed.toString(StandardCharsets.UTF_8);
  }

  private static JsonNode json(Path file) throws IOException {
    return new ObjectMapper().readTree(Files.readAllBytes(file));
  }
}
