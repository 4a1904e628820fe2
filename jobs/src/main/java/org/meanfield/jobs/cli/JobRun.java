package org.meanfield.jobs.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.SparkException;
import org.apache.spark.sql.SparkSession;
import org.meanfield.config.Settings;
import org.meanfield.error.ConflictException;
import org.meanfield.error.LockHeldException;
import org.meanfield.error.MeanfieldException;
import org.meanfield.error.MisplacedOutputException;
import org.meanfield.error.SettingsException;
import org.meanfield.jobs.spark.SparkSessions;
import org.meanfield.jobs.storage.FileTrouble;
import org.meanfield.jobs.storage.FolderLock;
import org.meanfield.jobs.storage.Storage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of one command, from its settings to its verdict in {@link ResultFile}. */
final class JobRun {
  private static final Logger LOGGER = LoggerFactory.getLogger(JobRun.class);
  private static final int UNEXPECTED = 1;
  // What a shell calls a process that SIGTERM ended; the JVM says it whatever is returned here.
  private static final int STOPPED = 143;

  /** Below a folder of verdicts: that of the newest start that found the lock held. */
  private static final String TURNED_AWAY = "turned-away";

  private final long start = System.nanoTime();
  private final Invocation invocation;
  private final Job job;
  private final SettingSources sources;
  private final Optional<SparkSession> given;
  private final Storage storage;
  private final Console console;
  private final PrintStream err;
  private Optional<StopSignal> stop = Optional.empty();

  /**
   * Prepares it.
   *
   * @param given the session that it runs on; empty for one of its own
   */
  JobRun(
      List<Job> jobs,
      Invocation invocation,
      Optional<SparkSession> given,
      Console console,
      PrintStream err) {
    this.invocation = invocation;
    this.job = invocation.job();
    this.given = given;
    this.storage =
        given
            .map(JobRun::storageOf)
            .orElseGet(() -> new Storage(SparkSessions.hadoopConfiguration(sparkRequest())));
    this.sources = new SettingSources(storage, jobs);
    this.console = console;
    this.err = err;
  }

  /** Runs it; never throws. */
  int run() {
    Settings settings;
    Optional<String> output;
    try {
      settings = sources.resolve(invocation);
      if (invocation.request() == Invocation.Request.PRINT_SETTINGS) {
        new SettingsTable(settings).lines().forEach(console::line);
        return 0;
      }
      output = folder(job.outputFolder(settings));
      output.ifPresent(this::requireNoFile);
    } catch (Throwable e) {
      return fail(e, outputAsGiven());
    }
    // YARN's application master takes a program that starts no session for a failed one.
    if (job.needs() == Job.Needs.FILES && !Meanfield.isYarnCluster()) {
      return run(storage, Optional.empty(), settings, output);
    }
    return given.isPresent() ? runOnSpark(settings, output) : runAlone(settings, output);
  }

  /** Spark ends with the process, often before the command knows why. */
  private int runAlone(Settings settings, Optional<String> output) {
    String message =
        "meanfield "
            + job.command()
            + ": stopped by a signal; what it has committed stays, and the same command goes on";
    try (StopSignal signal = new StopSignal(console, message)) {
      stop = Optional.of(signal);
      return runOnSpark(settings, output);
    }
  }

  private int runOnSpark(Settings settings, Optional<String> output) {
    SparkSession session;
    try {
      session = given.orElseGet(() -> SparkSessions.open(sparkRequest()));
    } catch (Throwable e) {
      return fail(e, output);
    }
    try {
      return run(storageOf(session), Optional.of(session), settings, output);
    } finally {
      if (given.isEmpty()) {
        session.stop();
      }
    }
  }

  private int run(
      Storage files, Optional<SparkSession> session, Settings settings, Optional<String> output) {
    try {
      JobResult result = job.run(new JobContext(session, files, settings, console));
      output.ifPresent(
          folder -> new ResultFile(files, folder).write(job.command(), result, seconds()));
      console.line(
          String.format(
              Locale.ROOT,
              "%s: %s in %.1f s: %s",
              job.command(),
              result.status().id(),
              seconds(),
              result.message()));
      return result.status().exitCode();
    } catch (Throwable e) {
      return fail(e, output);
    } finally {
      job.ended();
    }
  }

  private int fail(Throwable failure, Optional<String> output) {
    Optional<MeanfieldException> stated = stated(failure);
    // Not every file system says where: Spark's writers lose the path.
    String place = output.map(folder -> " (the output is " + folder + ")").orElse("");
    Optional<String> trouble =
        stated.isPresent() ? Optional.empty() : FileTrouble.in(failure).map(found -> found + place);
    int code = stated.map(MeanfieldException::exitCode).orElse(UNEXPECTED);
    String message =
        stated.map(Throwable::getMessage).or(() -> trouble).orElseGet(() -> brief(failure));
    if (stop.filter(StopSignal::received).isPresent()) {
      LOGGER.debug("{} was stopped by a signal", job.command(), failure);
      return STOPPED;
    }
    if (stated.isEmpty() && trouble.isEmpty()) {
      LOGGER.error("{} failed unexpectedly", job.command(), failure);
    } else {
      LOGGER.debug("{} failed", job.command(), failure);
    }
    err.println("meanfield " + job.command() + ": " + message);
    if (failure instanceof SettingsException) {
      err.println("meanfield " + job.command() + " --help shows the options.");
    }
    err.flush();
    if (stated.filter(MisplacedOutputException.class::isInstance).isEmpty()) {
      output.ifPresent(folder -> writeFailure(folder, failure, code, message));
    }
    return code;
  }

  private void writeFailure(String folder, Throwable failure, int code, String message) {
    try {
      ResultFile file = new ResultFile(storage, folder);
      // Neither a conflict nor wrong settings touched the folder: what an earlier command said
      // about its content is still true. Where a lock is held, its owner will write the verdict.
      Optional<MeanfieldException> stated = stated(failure);
      boolean artefact = job.outputKind() == Job.OutputKind.ARTEFACT;
      boolean held = stated.filter(LockHeldException.class::isInstance).isPresent();
      boolean refused =
          stated
              .filter(e -> e instanceof ConflictException || e instanceof SettingsException)
              .isPresent();
      boolean untouched = held || (refused && artefact);
      if (!untouched || (refused ? isOwn(folder) : !file.exists())) {
        file.writeFailure(job.command(), code, message, seconds());
      } else if (!artefact) {
        ResultFile beside = new ResultFile(storage, folder + "/" + TURNED_AWAY);
        beside.writeFailure(job.command(), code, message, seconds());
      }
    } catch (RuntimeException e) {
      // The command's own failure is what the exit code tells; this one only adds to it.
      LOGGER.warn("No {} in {}: {}", ResultFile.NAME, folder, e.getMessage());
      LOGGER.debug("{} cannot be written", ResultFile.NAME, e);
    }
  }

  /** A failure on an executor arrives wrapped in Spark's own exceptions. */
  private static Optional<MeanfieldException> stated(Throwable failure) {
    for (Throwable e = failure; e != null; e = e.getCause()) {
      if (e instanceof MeanfieldException known) {
        return Optional.of(known);
      }
    }
    return Optional.empty();
  }

  private static String brief(Throwable failure) {
    Throwable said = failure;
    // Of what fails on an executor Spark says only where.
    while (said instanceof SparkException && said.getCause() != null) {
      said = said.getCause();
    }
    String text = String.valueOf(said.getMessage()).lines().findFirst().orElse("");
    if (text.contains("stopped SparkContext")) { // said by whatever is called next
      return "Spark ended the application, as when its master does not answer: the log above says"
          + " why. Check --master and the cluster, then give the same command again: what it"
          + " committed stays";
    }
    return "unexpected "
        + said.getClass().getSimpleName()
        + ": "
        + text
        + " (the stack trace is in the log)";
  }

  private Optional<String> outputAsGiven() {
    String key = job.output().key();
    try {
      var merged = sources.merge(invocation, new ArrayList<>());
      return merged.hasPath(key)
          ? folder(merged.getString(key)).filter(given -> !isFile(given))
          : Optional.empty();
    } catch (RuntimeException e) {
      // What is wrong with it is being told; there is just no place for a verdict.
      LOGGER.debug("{} names no folder", key, e);
      return Optional.empty();
    }
  }

  /** Not so is a folder that somebody named by mistake: nothing may be left in it. */
  private boolean isOwn(String folder) {
    boolean bare = storage.list(folder).stream().allMatch(name -> name.startsWith("."));
    return bare
        || (FolderLock.wasTaken(storage, folder) && !new ResultFile(storage, folder).exists());
  }

  private void requireNoFile(String output) {
    if (isFile(output)) {
      throw new MisplacedOutputException(
          "The output " + output + " is a file; name a folder, new or empty");
    }
  }

  private boolean isFile(String path) {
    return storage.exists(path) && !storage.isFolder(path);
  }

  /** What the session reads and writes with: a program may have set it up in code. */
  private static Storage storageOf(SparkSession session) {
    return new Storage(session.sparkContext().hadoopConfiguration());
  }

  private static Optional<String> folder(String given) {
    return Optional.of(given).filter(folder -> !folder.isBlank());
  }

  private SparkSessions.Request sparkRequest() {
    return new SparkSessions.Request(
        "meanfield " + job.command(), invocation.master(), invocation.sparkProperties());
  }

  private double seconds() {
    return (System.nanoTime() - start) / 1e9;
  }
}
