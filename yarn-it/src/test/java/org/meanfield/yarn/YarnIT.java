package org.meanfield.yarn;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The packaged program on YARN, with its data, runs and results on HDFS. */
@TestMethodOrder(OrderAnnotation.class)
class YarnIT {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path SPARK_HOME = ROOT.resolve("yarn-it/spark-home/target");
  private static final List<String> CLIENT = List.of("--master", "yarn", "--deploy-mode", "client");
  private static final List<String> CLUSTER =
      List.of("--master", "yarn", "--deploy-mode", "cluster");
  private static final List<String> LAPTOP = List.of("--master", "local[2]");

  @TempDir static Path folder;
  private static HadoopCluster cluster;
  private static String home;
  private static int submissions;

  @BeforeAll
  static void startCluster() throws IOException {
    cluster = new HadoopCluster(folder);
    home = cluster.files().getUri() + "/meanfield";
    cluster
        .files()
        .copyFromLocalFile(
            new org.apache.hadoop.fs.Path(
                ROOT.resolve("jobs/src/test/resources/fashion-mnist-sample").toUri()),
            new org.apache.hadoop.fs.Path(home + "/images"));
  }

  @AfterAll
  static void stopCluster() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  @Order(1)
  void ingestsTrainsAndEvaluatesInClientMode() throws Exception {
    submit(0, CLIENT, "ingest", "--input", home + "/images", "--output", home + "/data");
    assertThat(result("data").get("examples").asInt()).isPositive();
    submit(0, CLIENT, train("run"));
    assertThat(result("run").get("stateSha256").asText()).matches("[0-9a-f]{64}");
    submit(
        0,
        CLIENT,
        "evaluate",
        "--model",
        home + "/run",
        "--data",
        home + "/data",
        "--output",
        home + "/judged");
    assertThat(result("judged").get("accuracy").asDouble()).isBetween(0.2, 1.0);
  }

  @Test
  @Order(2)
  void theApplicationMasterTrainsTheSameWeightsInClusterMode() throws Exception {
    submit(0, CLUSTER, train("second"));
    assertThat(result("second").get("status").asText()).isEqualTo("done");
    assertThat(result("second").get("stateSha256")).isEqualTo(result("run").get("stateSha256"));
  }

  @Test
  @Order(3)
  void theWeightsAreThoseOfALaptop() throws Exception {
    submit(0, LAPTOP, train("laptop"));
    assertThat(result("laptop").get("status").asText()).isEqualTo("done");
    assertThat(result("laptop").get("stateSha256")).isEqualTo(result("run").get("stateSha256"));
  }

  @Test
  @Order(4)
  void inClusterModeAFailureIsOneAndTheResultFileTellsWhich() throws Exception {
    submit(1, CLUSTER, "train", "--data", home + "/nowhere", "--output", home + "/failed");
    assertThat(result("failed").get("exitCode").asInt()).isEqualTo(3);
  }

  private static String[] train(String run) {
    return new String[] {
      "train",
      "--data",
      home + "/data",
      "--output",
      home + "/" + run,
      "--model",
      "lenet",
      "--workers",
      "4",
      "--epochs",
      "2",
      "--batch-size",
      "16",
      "--set",
      "train.averaging-period=2"
    };
  }

  private static void submit(int exitCode, List<String> where, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("@" + ROOT.resolve("conf/java17.args"), "-Xmx1g", "-cp"));
    command.add(cluster.configuration() + ":" + SPARK_HOME + "/jars/*");
    command.add("org.apache.spark.deploy.SparkSubmit");
    command.addAll(where);
    command.addAll(List.of("--driver-memory", "1g"));
    command.addAll(List.of("--num-executors", "2", "--executor-memory", "1g"));
    for (String property :
        List.of(
            "spark.yarn.jars=local:" + SPARK_HOME + "/jars/*",
            "spark.yarn.maxAppAttempts=1",
            "spark.hadoop.yarn.resourcemanager.scheduler.address=" + cluster.schedulerAddress(),
            "spark.executor.memoryOverhead=1g",
            "spark.ui.enabled=false")) {
      command.addAll(List.of("--conf", property));
    }
    command.addAll(List.of("--class", "org.meanfield.jobs.cli.Meanfield", allJar()));
    command.addAll(List.of(arguments));
    Path log = folder.resolve("submit-" + submissions++ + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().put("HADOOP_CONF_DIR", cluster.configuration().toString());
    // YARN's containers do not have this shell's choice of kernels, so the laptop must not either.
    builder.environment().remove("OPENBLAS_CORETYPE");
    builder.environment().put("SPARK_HOME", SPARK_HOME.toString());
    builder.environment().put("SPARK_SCALA_VERSION", "2.12");
    Process process = builder.start();
    try {
      boolean ended = process.waitFor(240, TimeUnit.SECONDS);
      assertThat(ended).as("no end:\n%s", Files.readString(log)).isTrue();
      assertThat(process.exitValue()).as(Files.readString(log)).isEqualTo(exitCode);
    } finally {
      process.destroyForcibly();
    }
  }

  private static String allJar() throws IOException {
    try (Stream<Path> files = Files.list(ROOT.resolve("jobs/target"))) {
      return files
          .filter(file -> file.getFileName().toString().matches("jobs-.*-all\\.jar"))
          .findFirst()
          .orElseThrow(() -> new IllegalStateException("Build jobs first: ./mvnw package"))
          .toString();
    }
  }

  private static JsonNode result(String output) throws IOException {
    try (InputStream in =
        cluster.files().open(new org.apache.hadoop.fs.Path(home + "/" + output + "/result.json"))) {
      return new ObjectMapper().readTree(in);
    }
  }
}
