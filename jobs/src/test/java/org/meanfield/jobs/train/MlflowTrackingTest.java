package org.meanfield.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.jobs.ingest.TinyDatasets;
import org.meanfield.jobs.testing.LocalSpark;
import org.meanfield.jobs.tracking.MlflowStub;

/** What an MLflow server gets to know of a training, and that no training suffers from it. */
class MlflowTrackingTest {
  private static final String WARNING = "warning: MLflow at";
  private static final String BACK = "answers again";
  private static final String[] HASTY = {"--set", "mlflow.timeout-seconds=1"};
  @TempDir static Path folder;
  private static String data;
  private final TrainRuns runs = new TrainRuns(data);
  private MlflowStub mlflow;

  @BeforeAll
  static void start() {
    data = TinyDatasets.create(LocalSpark.session(), folder.resolve("data"));
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
    assertThat(train(run, mlflow.uri())).as(runs.printed()).isZero();
    JsonNode info = mlflow.run().get("info");
    assertThat(info.get("status").asText()).isEqualTo("FINISHED");
    assertThat(info.get("run_name").asText()).isEqualTo("told");
    assertThat(parameters()).contains("train.epochs=2", "model.name=mlp", "train.workers=3");
    assertThat(MlflowStub.tags(mlflow.run()))
        .containsEntry(
            "meanfield.run-id", TrainRuns.json(run.resolve("run.json")).get("runId").asText())
        .containsKeys("meanfield.engine", "meanfield.dataset-id", "mlflow.source.git.commit");
    eachEpochOnce();
    double accuracy =
        mlflow.metrics.stream()
            .filter(metric -> metric.get("key").asText().equals("validation_accuracy"))
            .mapToDouble(metric -> metric.get("value").asDouble())
            .reduce((first, last) -> last)
            .orElseThrow();
    assertThat(accuracy)
        .isEqualTo(TrainRuns.json(run.resolve("result.json")).get("validationAccuracy").asDouble());
    for (String file : List.of("run.json", "journal.jsonl", "model/training.json")) {
      assertThat(mlflow.artefacts)
          .containsEntry("1/run0/artifacts/run/" + file, Files.readAllBytes(run.resolve(file)));
    }
    assertThat(runs.printed()).doesNotContain(WARNING);

    assertThat(train(run, mlflow.uri())).as("finished").isZero();
    eachEpochOnce();
    interruptAfterTheFirstEpoch(run);
    assertThat(train(run, mlflow.uri())).as(runs.printed()).isZero();
    assertThat(runs.printed()).contains("going on after round 2 of 4");
    eachEpochOnce();
    assertThat(mlflow.run().at("/info/status").asText()).isEqualTo("FINISHED");
  }

  @Test
  void whatWasTrainedBeforeIsToldToo() throws IOException {
    Path run = folder.resolve("before");
    assertThat(train(run, "")).isZero();
    interruptAfterTheFirstEpoch(run);
    assertThat(train(run, mlflow.uri())).as(runs.printed()).isZero();
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
    assertThat(train(folder.resolve("flaky"), mlflow.uri())).as(runs.printed()).isZero();
    assertThat(runs.printed()).containsOnlyOnce(WARNING).contains("statusCode=500").contains(BACK);
    eachEpochOnce();

    Path run = folder.resolve("late");
    mlflow.runs.clear();
    mlflow.metrics.clear();
    mlflow.failNext(Integer.MAX_VALUE);
    runs.forget();
    assertThat(train(run, mlflow.uri())).as(runs.printed()).isZero();
    assertThat(runs.printed()).containsOnlyOnce(WARNING).doesNotContain(BACK);
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
    assertThat(train(folder.resolve("hanging"), mlflow.uri(), HASTY)).as(runs.printed()).isZero();
    double hanging = (System.nanoTime() - start) / 1e9;
    assertThat(runs.printed()).containsOnlyOnce(WARNING).contains("no answer within 1.0 s");
    assertThat(hanging).isLessThan(alone + 2 + 20); // two time limits, and slack for a busy machine

    String gone = mlflow.uri();
    mlflow.close();
    runs.forget();
    assertThat(train(folder.resolve("gone"), gone)).as(runs.printed()).isZero();
    assertThat(runs.printed()).containsOnlyOnce(WARNING).contains("Connection refused");
  }

  private void eachEpochOnce() {
    for (String key :
        List.of("train_loss", "learning_rate", "images_per_second", "validation_accuracy")) {
      assertThat(mlflow.steps(key)).as(key + " in " + runs.printed()).containsExactly(1, 2);
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
    List<String> options = new ArrayList<>();
    if (!uri.isEmpty()) {
      options.addAll(List.of("--set", "mlflow.tracking-uri=" + uri));
      options.addAll(List.of("--set", "mlflow.timeout-seconds=60"));
    }
    options.addAll(List.of(more));
    return runs.train(output, options.toArray(new String[0]));
  }
}
