package org.meanfield.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Starts each measured system in a fresh JVM, all with the same flags and the environment that
 * {@code scripts/bench} sets. A child's output lies in a file beside its figures.
 */
final class ChildJvm {
  private static final List<String> FLAGS = List.of("-Xmx3g", "-XX:+UseParallelGC");
  private static final long LONGEST_MINUTES = 60;

  /** What a child's last words begin with: Java's own for an exception that nobody catches. */
  static final String UNCAUGHT = "Exception in thread \"main\" ";

  private final Path home;
  private final Path folder;
  private final Path sparkHome;

  /**
   * Starts nothing yet.
   *
   * @param home the repository
   * @param folder for what the children write
   */
  ChildJvm(Path home, Path folder) throws IOException {
    this.home = home;
    this.folder = folder;
    // Spark keeps a copy of the program for each executor of a local cluster below its home.
    this.sparkHome = Files.createDirectories(folder.resolve("spark-home"));
    Files.createSymbolicLink(
        sparkHome.resolve("jars"), home.resolve("spark-home/target/jars").toAbsolutePath());
  }

  /** A child that still runs. */
  private record Child(String name, Process process, Path log) {}

  /**
   * Runs a program of this module and reads its figures.
   *
   * @param name of its files
   * @param program its main class takes two files: the task to read, the figures to write
   * @param task in any form that Jackson writes
   * @param properties more flags
   */
  Outcome measure(String name, Class<?> program, Object task, List<String> properties) {
    return measureTogether(List.of(name), program, task, properties).get(0);
  }

  /**
   * As {@link #measure}, with a program that measures several systems in turns.
   *
   * @param systems how many; its figures are a list of as many
   */
  List<Outcome> measureInTurns(String name, int systems, Class<?> program, Object task) {
    try {
      await(startMeasuring(name, program, task, List.of()));
      return List.copyOf(Outcome.Measured.readAll(figuresFile(name)));
    } catch (ChildFailedException e) {
      return Collections.nCopies(systems, new Outcome.Missing(e.getMessage()));
    } catch (IOException e) {
      String reason = "its figures cannot be read: " + e.getMessage();
      return Collections.nCopies(systems, new Outcome.Missing(reason));
    }
  }

  /** Runs the same program and task several times at once. */
  List<Outcome> measureTogether(
      List<String> names, Class<?> program, Object task, List<String> properties) {
    List<Child> children =
        names.stream().map(name -> startMeasuring(name, program, task, properties)).toList();
    return children.stream().map(this::figures).toList();
  }

  /** Runs the packaged program as {@code scripts/meanfield} does. */
  void meanfield(String name, List<String> arguments) throws ChildFailedException {
    List<String> command = new ArrayList<>();
    command.add("@" + home.resolve("conf/training.args"));
    command.add("-Dlog4j2.configurationFile=file:" + home.resolve("conf/log4j2.properties"));
    command.addAll(List.of("-cp", sparkHome.resolve("jars") + "/*:" + program()));
    command.add("org.meanfield.jobs.cli.Meanfield");
    command.addAll(arguments);
    try {
      await(start(name, command));
    } finally {
      deleteCopies();
    }
  }

  private void deleteCopies() throws ChildFailedException {
    try {
      Folders.delete(sparkHome.resolve("work"));
    } catch (IOException e) {
      throw new ChildFailedException("an executor's copy of the program stays: " + e.getMessage());
    }
  }

  private Child startMeasuring(
      String name, Class<?> program, Object task, List<String> properties) {
    Path taskFile = folder.resolve(name + ".task.json");
    try {
      new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(taskFile.toFile(), task);
    } catch (IOException e) {
      throw new IllegalStateException(taskFile + " cannot be written", e);
    }
    List<String> command = new ArrayList<>(properties);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    command.addAll(List.of(taskFile.toString(), figuresFile(name).toString()));
    return start(name, command);
  }

  private Outcome figures(Child child) {
    try {
      await(child);
      return Outcome.Measured.read(figuresFile(child.name()));
    } catch (ChildFailedException e) {
      return new Outcome.Missing(e.getMessage());
    } catch (IOException e) {
      return new Outcome.Missing("its figures cannot be read: " + e.getMessage());
    }
  }

  private Path figuresFile(String name) {
    return folder.resolve(name + ".figures.json");
  }

  private Child start(String name, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + home.resolve("conf/java17.args"));
    command.addAll(FLAGS);
    command.addAll(arguments);
    Path log = folder.resolve(name + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().put("SPARK_HOME", sparkHome.toString());
    builder.environment().put("SPARK_SCALA_VERSION", "2.12");
    try {
      Process process = builder.start();
      // An interrupted benchmark leaves no child behind that would disturb the next one.
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
      return new Child(name, process, log);
    } catch (IOException e) {
      throw new IllegalStateException("No JVM can be started for " + name, e);
    }
  }

  private static void await(Child child) throws ChildFailedException {
    try {
      if (!child.process().waitFor(LONGEST_MINUTES, TimeUnit.MINUTES)) {
        child.process().destroyForcibly();
        throw new ChildFailedException("stopped after " + LONGEST_MINUTES + " minutes");
      }
    } catch (InterruptedException e) {
      child.process().destroyForcibly();
      Thread.currentThread().interrupt();
      throw new ChildFailedException("interrupted");
    }
    int code = child.process().exitValue();
    if (code != 0) {
      throw new ChildFailedException("exit code " + code + ": " + lastWords(child.log()));
    }
  }

  /** The exception that ended it, else its last three lines. */
  static String lastWords(Path log) {
    try {
      List<String> lines =
          Files.readAllLines(log).stream()
              .map(String::strip)
              .filter(line -> !line.isEmpty() && !line.startsWith("at "))
              .toList();
      return lines.stream()
          .filter(line -> line.startsWith(UNCAUGHT))
          .reduce((earlier, later) -> later)
          .map(line -> line.substring(UNCAUGHT.length()))
          .orElseGet(
              () -> String.join("; ", lines.subList(Math.max(0, lines.size() - 3), lines.size())));
    } catch (IOException e) {
      return "output in " + log;
    }
  }

  private Path program() throws ChildFailedException {
    Path target = home.resolve("jobs/target");
    try (var files = Files.newDirectoryStream(target, "jobs-*-all.jar")) {
      for (Path file : files) {
        return file;
      }
    } catch (IOException e) {
      throw new ChildFailedException(target + " cannot be listed: " + e.getMessage());
    }
    throw new ChildFailedException(target + " holds no jobs-*-all.jar; build it first");
  }
}
