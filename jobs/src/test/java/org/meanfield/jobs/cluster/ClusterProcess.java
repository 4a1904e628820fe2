package org.meanfield.jobs.cluster;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A Java process on Spark's jars alone that a test starts and ends: daemons and submissions. */
final class ClusterProcess implements AutoCloseable {
  private static final Path ROOT = LaunchedProgram.projectFolder();

  /** A SPARK_HOME made of Maven jars. */
  static final Path SPARK_HOME = ROOT.resolve("spark-home/target");

  private final Process process;
  private final Path log;

  private ClusterProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /** The packaged program with everything that Spark does not bring. */
  static Path allJar() {
    try (Stream<Path> files = Files.list(ROOT.resolve("jobs/target"))) {
      return files
          .filter(file -> file.getFileName().toString().matches("jobs-.*-all\\.jar"))
          .findFirst()
          .orElseThrow(() -> new IllegalStateException("Run 'package' before this test"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The packages that Java 17 must open for Spark, as one line. */
  static String java17Options() {
    try (Stream<String> lines = Files.lines(ROOT.resolve("conf/java17.args"))) {
      return lines.filter(line -> !line.startsWith("#")).collect(Collectors.joining(" "));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A Java program on Spark's jars. */
  static ClusterProcess java(Path log, String heap, String mainClass, List<String> arguments) {
    return java(log, heap, SPARK_HOME.resolve("jars") + "/*", mainClass, arguments);
  }

  /** A Java program on Spark's jars and, after them, ours. */
  static ClusterProcess javaWithProgram(
      Path log, String heap, String mainClass, List<String> arguments) {
    String classPath = SPARK_HOME.resolve("jars") + "/*" + File.pathSeparator + allJar();
    return java(log, heap, classPath, mainClass, arguments);
  }

  private static ClusterProcess java(
      Path log, String heap, String classPath, String mainClass, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("@" + ROOT.resolve("conf/java17.args"), "-Xmx" + heap));
    command.addAll(List.of("-cp", classPath, mainClass));
    command.addAll(arguments);
    return start(log, command);
  }

  /** Any command, with the environment that Spark's Maven jars need. */
  static ClusterProcess start(Path log, List<String> command) {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().put("SPARK_HOME", SPARK_HOME.toString());
    builder.environment().put("SPARK_SCALA_VERSION", "2.12");
    builder.environment().put("OMP_NUM_THREADS", "1");
    try {
      Files.createDirectories(log.getParent());
      return new ClusterProcess(builder.start(), log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for the end and returns the exit code. */
  int exitCode(long timeoutSeconds) {
    try {
      if (!process.waitFor(timeoutSeconds, TimeUnit.SECONDS)) {
        throw new AssertionError("No end after " + timeoutSeconds + " s:\n" + output());
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Everything written so far. */
  String output() {
    try {
      return Files.exists(log) ? Files.readString(log) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** The processes that it started, such as a worker's executors. */
  List<ProcessHandle> descendants() {
    return process.descendants().toList();
  }

  /** Kills it and what it started. */
  @Override
  public void close() {
    List<ProcessHandle> children = descendants();
    process.destroy();
    children.forEach(ProcessHandle::destroy);
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    children.forEach(ProcessHandle::destroyForcibly);
  }
}
