package org.meanfield.jobs.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * {@code scripts/meanfield} in a process of its own, as a person starts it, which a test can kill.
 */
final class LaunchedProgram implements AutoCloseable {
  private final Process process;
  private final List<String> lines = new ArrayList<>();

  private LaunchedProgram(Process process) {
    this.process = process;
  }

  /** Starts a command line; its output is read by {@link #until} and {@link #exitCode}. */
  static LaunchedProgram start(List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(projectFolder().resolve("scripts/meanfield").toString());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().remove("SPARK_HOME");
    builder.environment().put("MEANFIELD_DRIVER_MEMORY", "1g");
    // Nobody looks at it, and each process would take a second or so to start it.
    builder.environment().put("MEANFIELD_JAVA_OPTIONS", "-Dspark.ui.enabled=false");
    try {
      return new LaunchedProgram(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a command line to its end and returns its exit code. */
  static int run(List<String> arguments) {
    try (LaunchedProgram program = start(arguments)) {
      int code = program.exitCode();
      if (code != 0) {
        System.err.println(String.join("\n", program.lines()));
      }
      return code;
    }
  }

  /** The checkout's root: the folder with {@code scripts/}. */
  static Path projectFolder() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(folder.resolve("scripts"))) {
      folder = folder.getParent();
    }
    return folder;
  }

  /** Reads output until a line is met; fails where the program ends before. */
  String until(Predicate<String> met) {
    for (String line = readLine(); line != null; line = readLine()) {
      if (met.test(line)) {
        return line;
      }
    }
    throw new AssertionError(
        "The program ended before the line came:\n" + String.join("\n", lines));
  }

  /** Reads to the end. */
  int exitCode() {
    while (readLine() != null) {
      // keeps the lines
    }
    try {
      if (!process.waitFor(180, TimeUnit.SECONDS)) {
        throw new AssertionError("The program closed its output but does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    return process.exitValue();
  }

  /** SIGKILL: no shutdown hook runs. */
  void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().onExit().join();
  }

  /** SIGTERM, as systemd and Kubernetes send it first; what it prints can still be read. */
  void terminate() {
    process.toHandle().destroy();
  }

  /** Sends it a signal by name, such as {@code STOP}, which holds it still, and {@code CONT}. */
  void signal(String name) throws IOException, InterruptedException {
    String pid = Long.toString(process.pid());
    if (new ProcessBuilder("kill", "-" + name, pid).start().waitFor() != 0) {
      throw new AssertionError("The program ended before the signal " + name);
    }
  }

  /** Processes that it started and that are alive: executors, in {@code local-cluster} mode. */
  List<ProcessHandle> children() {
    return process.descendants().filter(ProcessHandle::isAlive).toList();
  }

  /** What was read so far. */
  List<String> lines() {
    return List.copyOf(lines);
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      kill();
    }
  }

  private String readLine() {
    StringBuilder line = new StringBuilder();
    try {
      var in = process.getInputStream();
      for (int next = in.read(); next >= 0; next = in.read()) {
        if (next == '\n') {
          return kept(line);
        }
        line.append((char) next);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return line.isEmpty() ? null : kept(line);
  }

  private String kept(StringBuilder line) {
    String text =
        new String(line.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    lines.add(text);
    return text;
  }
}
