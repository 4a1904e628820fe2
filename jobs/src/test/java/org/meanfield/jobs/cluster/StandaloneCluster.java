package org.meanfield.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.launcher.SparkLauncher;

/**
 * A real standalone cluster: a master and workers in processes of their own, from Maven jars.
 * Closing it ends every process that it started, executors included.
 */
public final class StandaloneCluster implements AutoCloseable {
  private static final Pattern MASTER_URL = Pattern.compile("(spark://127\\.0\\.0\\.1:\\d+)");
  private static final String EXECUTOR = "CoarseGrainedExecutorBackend";
  private static final String SPARK_SUBMIT = "org.apache.spark.deploy.SparkSubmit";
  private static final String NO_UI = "spark.ui.enabled=false";
  private static final String DRIVER_HOST = "spark.driver.host=127.0.0.1";

  /** Straight to the executor, not to a cache before. */
  private static final String ONE_COPY = "spark.files.useFetchCache=false";

  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final Path folder;
  private final ClusterProcess master;
  private final String url;
  private final List<ClusterProcess> workers = new ArrayList<>();
  private int submissions;

  /**
   * What each worker offers.
   *
   * @param memory in Spark's notation, such as {@code 2g}
   */
  public record WorkerSize(int cores, String memory) {}

  /** Starts it and returns when every worker is registered; logs and work lie in the folder. */
  @SuppressWarnings("ThisEscapedInObjectConstruction")
  public StandaloneCluster(Path folder, int workers, WorkerSize size) {
    this.folder = folder;
    master =
        ClusterProcess.java(
            folder.resolve("master.log"),
            "256m",
            "org.apache.spark.deploy.master.Master",
            List.of("--host", "127.0.0.1", "--port", "0", "--webui-port", "0"));
    try {
      url = await(master, MASTER_URL);
      for (int i = 0; i < workers; i++) {
        this.workers.add(startWorker(i, size));
      }
      for (ClusterProcess worker : this.workers) {
        await(worker, Pattern.compile("(Successfully registered)"));
      }
    } catch (RuntimeException | AssertionError e) {
      close();
      throw e;
    }
  }

  /** The master's URL. */
  public String url() {
    return url;
  }

  /**
   * Submits the packaged program with spark-submit in client mode and waits for its end. It lies on
   * every node, so that nothing of its half gigabyte is copied.
   *
   * @param submitOptions spark-submit's own, the master left out
   * @return spark-submit's exit code and output
   */
  public Outcome submit(List<String> submitOptions, List<String> arguments) {
    String program = "spark.executor.extraClassPath=" + ClusterProcess.allJar();
    return outcome(
        ClusterProcess.javaWithProgram(
            submissionLog(),
            "1g",
            SPARK_SUBMIT,
            submission(submitOptions, program, SparkLauncher.NO_RESOURCE, arguments)));
  }

  /** As {@link #submit}, with the program sent to every executor, as spark-submit does it. */
  Outcome submitCopied(List<String> submitOptions, List<String> arguments) {
    Outcome outcome = outcome(startCopied(submitOptions, arguments));
    deleteCopies();
    return outcome;
  }

  /**
   * As {@link #submitCopied}, but waits for a file that the program writes last. In cluster mode
   * spark-submit looks every ten seconds only whether its driver has ended, and tells no more.
   *
   * @return spark-submit's output so far
   */
  String submitUntil(Path file, List<String> submitOptions, List<String> arguments) {
    try (ClusterProcess submission = startCopied(submitOptions, arguments)) {
      await(submission, () -> Files.exists(file) ? Optional.of(file) : Optional.empty());
      return submission.output();
    } finally {
      deleteCopies();
    }
  }

  /**
   * Starts {@code scripts/meanfield} as an operator does where Spark is installed, and waits for
   * its end. It calls the {@code spark-submit} of {@code SPARK_HOME}, and that sends the program to
   * every executor.
   *
   * @param submitOptions for spark-submit, in {@code MEANFIELD_SUBMIT_OPTIONS}
   * @return the script's exit code and output
   */
  Outcome launch(List<String> submitOptions, List<String> arguments) {
    List<String> command = new ArrayList<>(List.of("env", "SPARK_HOME=" + installedSpark()));
    command.add("JAVA_HOME=" + System.getProperty("java.home"));
    command.add("MEANFIELD_DRIVER_MEMORY=1g");
    command.add("MEANFIELD_SUBMIT_OPTIONS=" + String.join(" ", submitOptions));
    command.add(LaunchedProgram.projectFolder().resolve("scripts/meanfield").toString());
    command.addAll(arguments);
    command.addAll(List.of("--master", url));
    for (String property : List.of(NO_UI, DRIVER_HOST, ONE_COPY)) {
      command.addAll(List.of("--spark-conf", property));
    }
    Outcome outcome = outcome(ClusterProcess.start(submissionLog(), command));
    deleteCopies();
    return outcome;
  }

  /** Spark's jars with a {@code bin/spark-submit} beside them, which no Maven artifact brings. */
  private Path installedSpark() {
    Path home = folder.resolve("spark");
    try {
      if (Files.notExists(home)) {
        Path submit = LaunchedProgram.projectFolder().resolve("scripts/spark-submit");
        Files.createSymbolicLink(
            Files.createDirectories(home.resolve("bin")).resolve("spark-submit"), submit);
        Files.createSymbolicLink(home.resolve("jars"), ClusterProcess.SPARK_HOME.resolve("jars"));
      }
      return home;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ClusterProcess startCopied(List<String> submitOptions, List<String> arguments) {
    String program = ClusterProcess.allJar().toString();
    return ClusterProcess.java(
        submissionLog(),
        "1g",
        SPARK_SUBMIT,
        submission(submitOptions, ONE_COPY, program, arguments));
  }

  private List<String> submission(
      List<String> submitOptions, String property, String program, List<String> arguments) {
    List<String> all = new ArrayList<>(List.of("--master", url));
    all.addAll(List.of("--class", "org.meanfield.jobs.cli.Meanfield"));
    for (String each : List.of(NO_UI, DRIVER_HOST, property)) {
      all.addAll(List.of("--conf", each));
    }
    all.addAll(submitOptions);
    all.add(program);
    all.addAll(arguments);
    return all;
  }

  private Path submissionLog() {
    return folder.resolve("submit-" + submissions++ + ".log");
  }

  private static Outcome outcome(ClusterProcess started) {
    try (ClusterProcess submission = started) {
      return new Outcome(submission.exitCode(600), submission.output());
    }
  }

  /** Workers keep what they fetched until they end; a few executors fill a small disk with it. */
  private void deleteCopies() {
    // One that lives on may be fetching still.
    await(master, () -> executors().isEmpty() ? Optional.of(url) : Optional.empty());
    Path name = ClusterProcess.allJar().getFileName();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path copy : files.filter(file -> file.endsWith(name)).toList()) {
        Files.delete(copy);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The executors that run now, each a process that a test may kill. */
  public List<ProcessHandle> executors() {
    return workers.stream()
        .flatMap(worker -> worker.descendants().stream())
        .filter(each -> each.info().commandLine().orElse("").contains(EXECUTOR))
        .toList();
  }

  @Override
  public void close() {
    workers.forEach(ClusterProcess::close);
    master.close();
  }

  private ClusterProcess startWorker(int number, WorkerSize size) {
    return ClusterProcess.java(
        folder.resolve("worker-" + number + ".log"),
        "256m",
        "org.apache.spark.deploy.worker.Worker",
        List.of(
            "--host",
            "127.0.0.1",
            "--webui-port",
            "0",
            "--cores",
            String.valueOf(size.cores()),
            "--memory",
            size.memory(),
            "--work-dir",
            folder.resolve("work-" + number).toString(),
            url));
  }

  /** Spark announces what it does in its log only, so the log is read until it says so. */
  private static String await(ClusterProcess program, Pattern pattern) {
    return await(
        program,
        () -> pattern.matcher(program.output()).results().findFirst().map(found -> found.group(1)));
  }

  private static <T> T await(ClusterProcess program, Supplier<Optional<T>> look) {
    Instant deadline = Instant.now().plus(PATIENCE);
    while (Instant.now().isBefore(deadline)) {
      boolean alive = program.isAlive();
      Optional<T> seen = look.get();
      if (seen.isPresent()) {
        return seen.get();
      }
      assertThat(alive).as("ended early:\n%s", program.output()).isTrue();
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
    throw new AssertionError("Waited in vain:\n" + program.output());
  }

  /** How a submission ended. */
  public record Outcome(int exitCode, String output) {}
}
