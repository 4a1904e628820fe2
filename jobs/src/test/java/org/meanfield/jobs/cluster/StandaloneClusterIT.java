package org.meanfield.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The packaged program on a real master with two workers, submitted by spark-submit. */
@TestMethodOrder(OrderAnnotation.class)
class StandaloneClusterIT {
  private static final List<String> EXECUTORS =
      List.of("--executor-memory", "1g", "--executor-cores", "1", "--total-executor-cores", "2");

  @TempDir static Path folder;
  private static StandaloneCluster cluster;

  @BeforeAll
  static void startCluster() {
    cluster =
        new StandaloneCluster(
            folder.resolve("cluster"), 2, new StandaloneCluster.WorkerSize(2, "3g"));
  }

  @AfterAll
  static void stopCluster() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  @Order(1)
  void ingestsTrainsAndEvaluatesInClientMode() throws IOException {
    StandaloneCluster.Outcome ingested =
        cluster.submitCopied(
            EXECUTORS, List.of("ingest", "--input", sample(), "--output", at("data")));
    assertThat(ingested.exitCode()).as(ingested.output()).isZero();
    JsonNode data = result("data");
    assertThat(data.get("status").asText()).isEqualTo("done");
    assertThat(data.get("examples").asInt()).isPositive();
    assertThat(data.get("rejected").asInt()).isZero();
    assertThat(data.get("datasetId").asText()).isNotBlank();

    submit(train("run"));
    JsonNode run = result("run");
    assertThat(run.get("status").asText()).isEqualTo("done");
    assertThat(run.get("rounds").asInt()).isPositive();
    assertThat(run.get("epochs").asInt()).isEqualTo(2);
    assertThat(run.get("imagesPerSecond").asDouble()).isPositive();
    assertThat(run.get("stateSha256").asText()).matches("[0-9a-f]{64}");
    assertThat(run.get("shares").fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("compute", "data", "exchange", "waiting", "scheduling");

    submit(
        List.of("evaluate", "--model", at("run"), "--data", at("data"), "--output", at("judged")));
    assertThat(result("judged").get("accuracy").asDouble()).isBetween(0.2, 1.0);
  }

  @Test
  @Order(2)
  void theWeightsAreThoseOfALaptop() throws IOException {
    List<String> arguments = new ArrayList<>(train("laptop"));
    arguments.addAll(List.of("--master", "local[2]"));
    assertThat(LaunchedProgram.run(arguments)).isZero();
    assertThat(result("run").get("stateSha256")).isEqualTo(result("laptop").get("stateSha256"));
  }

  @Test
  @Order(3)
  void inClusterModeTheWeightsAreTheSameAndTheResultFileTellsHowItEnded() throws IOException {
    List<String> options = new ArrayList<>(EXECUTORS);
    options.addAll(List.of("--deploy-mode", "cluster", "--driver-memory", "1g"));
    options.addAll(List.of("--conf", "spark.standalone.submit.waitAppCompletion=true"));
    // Spark 3.5 adds these itself everywhere but here.
    options.addAll(List.of("--driver-java-options", ClusterProcess.java17Options()));
    Path verdict = folder.resolve("on-the-cluster/result.json");
    String output = cluster.submitUntil(verdict, options, train("on-the-cluster"));
    assertThat(result("on-the-cluster").get("status").asText()).as(output).isEqualTo("done");
    assertThat(result("on-the-cluster").get("stateSha256"))
        .isEqualTo(result("run").get("stateSha256"));

    List<String> broken = List.of("train", "--data", at("nowhere"), "--output", at("broken"));
    cluster.submitUntil(folder.resolve("broken/result.json"), options, broken);
    assertThat(result("broken").get("status").asText()).isEqualTo("failed");
    assertThat(result("broken").get("exitCode").asInt()).isEqualTo(3);
  }

  @Test
  @Order(4)
  void clientModePassesTheExitCodeOn() throws IOException {
    StandaloneCluster.Outcome outcome =
        cluster.submit(EXECUTORS, List.of("train", "--dta", "x", "--output", at("refused")));
    assertThat(outcome.exitCode()).as(outcome.output()).isEqualTo(2);
    assertThat(outcome.output()).contains("did you mean '--data'?");
    assertThat(result("refused").get("exitCode").asInt()).isEqualTo(2);
  }

  @Test
  @Order(5)
  void executorsWithOtherKernelsThanTheDriverAreTold() throws IOException {
    List<String> options = new ArrayList<>(EXECUTORS);
    options.addAll(List.of("--conf", "spark.executorEnv.OPENBLAS_CORETYPE=Prescott"));
    StandaloneCluster.Outcome outcome = cluster.submit(options, train("old-kernels"));
    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    assertThat(outcome.output())
        .contains("the driver does not")
        .contains("executor 0 on ", "OPENBLAS_CORETYPE=Prescott");
    assertThat(result("old-kernels").get("kernels").asText()).isEqualTo("driver-differs");
    assertThat(result("old-kernels").get("stateSha256"))
        .isNotEqualTo(result("run").get("stateSha256"));
    assertThat(result("run").get("kernels").asText()).isEqualTo("equal");
  }

  /**
   * As a schedule does: {@code scripts/meanfield} with {@code SPARK_HOME}, a settings file, and the
   * exit code.
   */
  @Test
  @Order(6)
  void retrainsFromDeliveredImagesToAServedChampion() throws IOException {
    SampleDelivery.into(folder.resolve("deliveries"));
    Path settings = folder.resolve("retrain.conf");
    Files.writeString(
        settings,
        """
        retrain { input = "%s", output = "%s", serving = "%s" }
        registry.path = "%s"
        model.name = mlp
        train { workers = 2, epochs = 1, batch-size = 16 }
        promotion.maximum-calibration-error = 1
        """
            .formatted(at("deliveries"), at("retrain"), at("serving"), at("registry")));
    List<String> retrain = List.of("retrain", "--conf", settings.toString());
    StandaloneCluster.Outcome first = cluster.launch(EXECUTORS, retrain);
    assertThat(first.exitCode()).as(first.output()).isZero();
    assertThat(result("retrain").get("promoted").asBoolean()).isTrue();
    assertThat(folder.resolve("serving/1/model.onnx")).exists();
    assertThat(folder.resolve("serving/current.json")).exists();

    StandaloneCluster.Outcome again = cluster.launch(EXECUTORS, retrain);
    assertThat(again.exitCode()).as(again.output()).isEqualTo(20);
    assertThat(result("retrain").get("status").asText()).isEqualTo("no-new-data");
  }

  private static void submit(List<String> arguments) {
    StandaloneCluster.Outcome outcome = cluster.submit(EXECUTORS, arguments);
    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
  }

  private static List<String> train(String run) {
    List<String> arguments = new ArrayList<>(List.of("train", "--data", at("data")));
    arguments.addAll(List.of("--output", at(run), "--model", "lenet", "--workers", "4"));
    arguments.addAll(List.of("--epochs", "2", "--batch-size", "16"));
    arguments.addAll(List.of("--set", "train.averaging-period=2"));
    return arguments;
  }

  private static String sample() {
    return LaunchedProgram.projectFolder()
        .resolve("jobs/src/test/resources/fashion-mnist-sample")
        .toString();
  }

  private static String at(String name) {
    return folder.resolve(name).toString();
  }

  private static JsonNode result(String output) throws IOException {
    return new ObjectMapper().readTree(folder.resolve(output).resolve("result.json").toFile());
  }
}
