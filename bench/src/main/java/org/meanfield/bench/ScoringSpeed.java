package org.meanfield.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.meanfield.config.Settings;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.jobs.ml.ImageClassificationModel;
import org.meanfield.jobs.predict.PredictJob;
import org.meanfield.jobs.spark.LogConfiguration;
import org.meanfield.jobs.spark.SparkSessions;
import org.meanfield.jobs.storage.Storage;
import org.slf4j.LoggerFactory;

/**
 * Images/s from a data set's Parquet to predictions in Parquet, by the command or by the
 * transformer. Run in a process of its own: {@code ScoringSpeed TASK.json FIGURES.json}.
 */
public final class ScoringSpeed {
  private final Task task;
  private final SparkSession spark;
  private int runs;

  private ScoringSpeed(Task task, SparkSession spark) {
    this.task = task;
    this.spark = spark;
  }

  /** Who scores. */
  enum Way {
    /** {@code meanfield predict}, its own figure: listing and counting left out. */
    PREDICT("predict"),
    /** {@code ImageClassificationModel.transform}, written as Parquet without the images. */
    TRANSFORM("transform");

    private final String label;

    Way(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }
  }

  /**
   * What is measured.
   *
   * @param system that scores
   * @param model folder of a run
   * @param dataset whose training images are scored
   * @param images how many they are
   * @param output folder for predictions
   * @param windows that count; one comes before them
   */
  record Task(Way system, String model, String dataset, int images, String output, int windows) {}

  /** Measures and writes the figures. */
  public static void main(String[] args) throws IOException {
    LogConfiguration.applyUnlessConfigured();
    Task task = new ObjectMapper().readValue(Path.of(args[0]).toFile(), Task.class);
    SparkSession spark =
        SparkSessions.open(
            new SparkSessions.Request(
                "scoring",
                Optional.of(MeanfieldTraining.THREADS),
                Map.of("spark.ui.enabled", "false")));
    ScoringSpeed speed = new ScoringSpeed(task, spark);
    List<Double> windows = new ArrayList<>();
    speed.imagesPerSecond();
    for (int window = 0; window < task.windows(); window++) {
      windows.add(speed.imagesPerSecond());
    }
    new Outcome.Measured(windows, "Spark " + spark.version(), Map.of()).write(Path.of(args[1]));
    spark.stop();
  }

  private double imagesPerSecond() {
    String output = task.output() + "/" + runs++;
    return switch (task.system()) {
      case PREDICT -> predict(output);
      case TRANSFORM -> transform(output);
    };
  }

  private double predict(String output) {
    PredictJob job = new PredictJob();
    Settings settings =
        Settings.resolve(
            job.settings(),
            ConfigFactory.parseMap(
                Map.of(
                    "predict.model",
                    task.model(),
                    "predict.input",
                    task.dataset(),
                    "predict.split",
                    "train",
                    "predict.output",
                    output)));
    Storage storage = new Storage(spark.sparkContext().hadoopConfiguration());
    Console console = Console.toLog(LoggerFactory.getLogger(ScoringSpeed.class));
    Map<String, Object> figures =
        job.run(new JobContext(spark, storage, settings, console)).figures();
    return ((Number) figures.get("imagesPerSecond")).doubleValue();
  }

  private double transform(String output) {
    long start = System.nanoTime();
    ImageClassificationModel.of(spark, task.model())
        .transform(
            spark.read().parquet(task.dataset() + "/split=train").select("id", "origin", "image"))
        .drop("image")
        .write()
        .parquet(output);
    return task.images() / ((System.nanoTime() - start) / 1e9);
  }
}
