package org.meanfield.jobs.cli;

import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.meanfield.error.SettingsException;
import org.meanfield.jobs.spark.LogConfiguration;
import picocli.CommandLine.ParseResult;

/** The program: parses a command line, runs its command, and turns what happened into a code. */
public final class Meanfield {
  private final List<Job> jobs;
  private final CommandModel model;
  private final PrintStream out;
  private final PrintStream err;
  private final Console console;

  /**
   * With the given commands and streams.
   *
   * @param out for what a person asked for: progress, help, settings
   * @param err for what went wrong
   */
  public Meanfield(List<Job> jobs, PrintStream out, PrintStream err, Console console) {
    this.jobs = List.copyOf(jobs);
    this.model = new CommandModel(this.jobs);
    this.out = out;
    this.err = err;
    this.console = console;
  }

  /** The entry point of {@code java} and {@code spark-submit}. */
  public static void main(String[] args) {
    LogConfiguration.applyUnlessConfigured();
    PrintStream out = new PrintStream(System.out, true, Charset.defaultCharset());
    int code =
        new Meanfield(Commands.all(), out, System.err, new Console(out, terminal())).run(args);
    // YARN's application master takes any System.exit in cluster mode, even 0, for a failure.
    if (code != 0 || !isYarnCluster()) {
      System.exit(code);
    }
  }

  /** Runs a command line on a Spark session of its own, and returns the process's exit code. */
  public int run(String... args) {
    return run(Optional.empty(), args);
  }

  /** As {@link #run(String...)}, on a running session, which stays the caller's. */
  public int run(SparkSession session, String... args) {
    return run(Optional.of(session), args);
  }

  private int run(Optional<SparkSession> session, String... args) {
    ParseResult parsed = model.parse(args);
    Optional<String> text = model.requestedText(parsed);
    if (text.isPresent()) {
      out.print(text.get());
      out.flush();
      return 0;
    }
    Optional<Invocation> invocation = model.invocation(parsed);
    if (invocation.isEmpty()) {
      return refuse(parsed);
    }
    return new JobRun(jobs, invocation.get(), session, console, err).run();
  }

  private int refuse(ParseResult parsed) {
    List<String> problems = model.problems(parsed);
    if (problems.isEmpty()) {
      err.print(model.usage(parsed));
    } else {
      err.println(SettingsException.listing("in the command line", problems).getMessage());
      err.println("meanfield --help shows the commands.");
    }
    err.flush();
    return 2;
  }

  // Java 17 is the only version that the build and Spark 3.5 are tested on.
  @SuppressWarnings("SystemConsoleNull")
  private static Console.TerminalKind terminal() {
    return System.console() == null ? Console.TerminalKind.PLAIN : Console.TerminalKind.INTERACTIVE;
  }

  static boolean isYarnCluster() {
    return "cluster".equals(System.getProperty("spark.submit.deployMode"))
        && "yarn".equals(System.getProperty("spark.master"));
  }
}
