package org.meanfield.yarn;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
  private static final List<String> RESOURCES =
      List.of(
          "--num-executors",
          "2",
          "--executor-memory",
          "1g",
          "--conf",
          "spark.executor.memoryOverhead=1g");
  private static final List<String> ONE_ATTEMPT = List.of("--conf", "spark.yarn.maxAppAttempts=1");
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
  void ingestsAndTrainsInClientMode() throws Exception {
    submit(
        CLIENT, onEveryNode(), "ingest", "--input", home + "/images", "--output", home + "/data");
    assertThat(result("data").get("examples").asInt()).isPositive();
    submit(CLIENT, onEveryNode(), train("run"));
    assertThat(result("run").get("stateSha256").asText()).matches("[0-9a-f]{64}");
  }

  @Test
  @Order(2)
  void theProgramIsCopiedAndTheApplicationMasterTrainsTheSameWeightsInClusterMode()
      throws Exception {
    submit(CLUSTER, allJar(), train("second"));
    assertThat(result("second").get("status").asText()).isEqualTo("done");
    assertThat(result("second").get("stateSha256")).isEqualTo(result("run").get("stateSha256"));
  }

  @Test
  @Order(3)
  void theWeightsAreThoseOfALaptop() throws Exception {
    submit(LAPTOP, allJar(), train("laptop"));
    assertThat(result("laptop").get("status").asText()).isEqualTo("done");
    assertThat(result("laptop").get("stateSha256")).isEqualTo(result("run").get("stateSha256"));
  }

  /** The script of the schedules gives the command's own code, which YARN turns into 1. */
  @Test
  @Order(4)
  void theScheduledScriptRetrainsAndExitsWithTheCommandsOwnCode() throws Exception {
    cluster
        .files()
        .copyFromLocalFile(
            new org.apache.hadoop.fs.Path(
                ROOT.resolve("jobs/src/test/resources/fashion-mnist-sample").toUri()),
            new org.apache.hadoop.fs.Path(home + "/deliveries/day-1"));
    Path tools = folder.resolve("tools");
    HadoopTools.write(tools, cluster, SPARK_HOME, allJar());
    Path settings = folder.resolve("retrain.conf");
    Files.writeString(
        settings,
        """
        retrain { input = "%1$s/deliveries", output = "%1$s/retrain", serving = "%1$s/serving" }
        registry.path = "%1$s/registry"
        model.name = mlp
        train { workers = 2, epochs = 1, batch-size = 16 }
        promotion.maximum-calibration-error = 1
        """
            .formatted(home));
    Outcome first = scheduled(tools, settings);
    assertThat(first.exitCode()).as(first.output()).isZero();
    assertThat(result("retrain").get("promoted").asBoolean()).isTrue();
    assertThat(json("serving/current.json").get("version").asInt()).isEqualTo(1);
    assertThat(cluster.files().exists(new org.apache.hadoop.fs.Path(home + "/serving/1"))).isTrue();

    Outcome again = scheduled(tools, settings);
    assertThat(again.exitCode()).as(again.output()).isEqualTo(20);
    assertThat(again.output()).as("YARN knows failures only").contains("finished with failed");
    assertThat(result("retrain").get("status").asText()).isEqualTo("no-new-data");
    failuresKeepTheirCodes(tools, settings);
  }

  private static void failuresKeepTheirCodes(Path tools, Path settings) throws Exception {
    String owner =
        """
        { "owner" : "another machine", "since" : "%s", "process" : null, "id" : "1" }
        """
            .formatted(Instant.now());
    write("retrain/lock/00000090.json", owner);
    Outcome held = scheduled(tools, settings);
    assertThat(held.exitCode()).as(held.output()).isEqualTo(75);
    assertThat(result("retrain").get("status").asText()).as("the owner's").isEqualTo("no-new-data");
    assertThat(result("retrain/turned-away").get("message").asText()).contains("another machine");
    write("retrain/lock/00000090.released", "");

    String given = Files.readString(settings);
    Files.writeString(settings, given.replace("/deliveries", "/nowhere"));
    Outcome refused = scheduled(tools, settings);
    assertThat(refused.exitCode()).as(refused.output()).isEqualTo(3);
    assertThat(result("retrain").get("message").asText()).contains("/nowhere is no folder");
  }

  private static void write(String path, String text) throws IOException {
    try (OutputStream out =
        cluster.files().create(new org.apache.hadoop.fs.Path(home + "/" + path))) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static Outcome scheduled(Path tools, Path settings)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            ROOT.resolve("conf/schedules/yarn/meanfield-retrain").toString(), home + "/retrain");
    Map<String, String> environment = builder.environment();
    environment.put("MEANFIELD_HOME", ROOT.toString());
    environment.put("MEANFIELD_CONF", settings.toString());
    environment.put("MEANFIELD_DRIVER_MEMORY", "1g");
    environment.put("MEANFIELD_SUBMIT_OPTIONS", String.join(" ", RESOURCES));
    environment.put("SPARK_HOME", tools.toString());
    environment.merge("PATH", tools.resolve("bin").toString(), (path, own) -> own + ":" + path);
    return outcome(builder);
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

  private static void submit(List<String> where, String program, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("@" + ROOT.resolve("conf/java17.args"), "-Xmx1g", "-cp"));
    command.add(cluster.configuration() + ":" + SPARK_HOME + "/jars/*");
    command.add("org.apache.spark.deploy.SparkSubmit");
    command.addAll(where);
    command.addAll(List.of("--driver-memory", "1g"));
    command.addAll(RESOURCES);
    command.addAll(ONE_ATTEMPT);
    for (String property :
        List.of(
            "spark.yarn.jars=local:" + SPARK_HOME + "/jars/*",
            "spark.hadoop.yarn.resourcemanager.scheduler.address=" + cluster.schedulerAddress(),
            "spark.ui.enabled=false")) {
      command.addAll(List.of("--conf", property));
    }
    command.addAll(List.of("--class", "org.meanfield.jobs.cli.Meanfield", program));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("HADOOP_CONF_DIR", cluster.configuration().toString());
    // YARN's containers do not have this shell's choice of kernels, so the laptop must not either.
    builder.environment().keySet().removeAll(Set.of("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"));
    builder.environment().put("SPARK_HOME", SPARK_HOME.toString());
    builder.environment().put("SPARK_SCALA_VERSION", "2.12");
    Outcome outcome = outcome(builder);
    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
  }

  /** How a process ended. */
  private record Outcome(int exitCode, String output) {}

  private static Outcome outcome(ProcessBuilder builder) throws IOException, InterruptedException {
    Path log = folder.resolve("submit-" + submissions++ + ".log");
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      boolean ended = process.waitFor(600, TimeUnit.SECONDS);
      assertThat(ended).as("no end:\n%s", Files.readString(log)).isTrue();
      return new Outcome(process.exitValue(), Files.readString(log));
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

  /** The program as it lies on every node: nothing of its half gigabyte is copied. */
  private static String onEveryNode() throws IOException {
    return "local:" + allJar();
  }

  private static JsonNode result(String output) throws IOException {
    return json(output + "/result.json");
  }

  private static JsonNode json(String path) throws IOException {
    try (InputStream in = cluster.files().open(new org.apache.hadoop.fs.Path(home + "/" + path))) {
      return new ObjectMapper().readTree(in);
    }
  }
}
