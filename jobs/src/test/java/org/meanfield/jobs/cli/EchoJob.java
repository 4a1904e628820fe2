package org.meanfield.jobs.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.meanfield.config.Setting;
import org.meanfield.error.ConflictException;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.error.DataException;
import org.meanfield.error.DivergedException;

/** A command small enough to show what the command line itself does. */
final class EchoJob implements Job {
  static final Setting<String> OUTPUT = Setting.text("echo.output").means("Where to write.");
  static final Setting<Integer> TIMES =
      Setting.integer("echo.times")
          .atLeast(1)
          .atMost(9)
          .defaultsTo(3)
          .means("How often, 100% sure.");
  static final Setting<Boolean> LOUD = Setting.flag("echo.loud").defaultsTo(false).means("Louder.");
  static final Setting<Ending> ENDING =
      Setting.choice("echo.ending", Ending.class).defaultsTo(Ending.DONE).means("How it ends.");

  enum Ending {
    DONE,
    NOTHING_TO_DO,
    DATA,
    DIVERGED,
    CORRUPT,
    CONFLICT,
    UNEXPECTED,
    DISK_FULL,
    SPARK_GONE,
    DATA_ON_EXECUTOR
  }

  @Override
  public String command() {
    return "echo";
  }

  @Override
  public String summary() {
    return "Says something.";
  }

  @Override
  public List<Setting<?>> settings() {
    return List.of(OUTPUT, TIMES, LOUD, ENDING);
  }

  @Override
  public List<Option> options() {
    return List.of(
        new Option("--output", OUTPUT), new Option("--times", TIMES), new Option("--loud", LOUD));
  }

  @Override
  public Setting<String> output() {
    return OUTPUT;
  }

  @Override
  public JobResult run(JobContext context) {
    Map<String, Object> figures = Map.of("times", context.settings().get(TIMES));
    return switch (context.settings().get(ENDING)) {
      case DONE -> new JobResult(JobResult.Status.DONE, "said it", figures);
      case NOTHING_TO_DO -> new JobResult(JobResult.Status.NOTHING_TO_DO, "was said", figures);
      case DATA -> throw new DataException("no data");
      case DIVERGED -> throw new DivergedException("not finite");
      case CORRUPT -> throw new CorruptArtifactException("damaged");
      case CONFLICT -> throw new ConflictException("taken");
      case UNEXPECTED -> throw new IllegalStateException("a defect\nwith details");
      case DISK_FULL ->
          throw new UncheckedIOException(
              "/data/x: No space left on device", new IOException("No space left on device"));
      case SPARK_GONE ->
          throw new IllegalStateException("Cannot call methods on a stopped SparkContext.");
      case DATA_ON_EXECUTOR -> {
        JavaSparkContext.fromSparkContext(context.spark().sparkContext())
            .parallelize(List.of(1), 1)
            .foreach(EchoJob::refuse);
        throw new AssertionError("not reached");
      }
    };
  }

  private static void refuse(int number) {
    throw new DataException("bad row " + number);
  }
}
