package org.meanfield.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
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
 * Images/s from a data set's Parquet to predictions in Parquet, by the command and by the
 * transformer in turns. Run in a process of its own: {@code ScoringSpeed TASK.json FIGURES.json}.
 */
public final class ScoringSpeed {
  /** As much as Spark puts into a task: a file is one, as for {@code predict}. */
  private static final String FILE_A_TASK = "134217728";

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
    TRANSFORM("transform"),
    /** The same with the columns only that the command writes: what is left is not its output. */
    TRANSFORM_FEWER("transform, predict's columns");

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
   * @param model folder of a run
   * @param images that are scored
   * @param fewer scored too, to tell what a job costs from what an image costs
   * @param output folder for predictions
   * @param windows of each way that count; one of each comes before them
   */
  record Task(String model, Images images, Images fewer, String output, int windows) {}

  /**
   * Training images of a data set.
   *
   * @param dataset its folder
   * @param count how many they are
   */
  record Images(String dataset, int count) {
    /** Seconds for all of them at a speed. */
    double seconds(double imagesPerSecond) {
      return count / imagesPerSecond;
    }
  }

  /** Measures and writes the figures. */
  public static void main(String[] args) throws IOException {
    LogConfiguration.applyUnlessConfigured();
    Task task = new ObjectMapper().readValue(Path.of(args[0]).toFile(), Task.class);
    SparkSession spark =
        SparkSessions.open(
            new SparkSessions.Request(
                "scoring",
                Optional.of(MeanfieldTraining.THREADS),
                Map.of(
                    "spark.ui.enabled", "false", "spark.sql.files.openCostInBytes", FILE_A_TASK)));
    ScoringSpeed speed = new ScoringSpeed(task, spark);
    speed.windows(task.images(), 1);
    Map<Way, List<Double>> many = speed.windows(task.images(), task.windows());
    Map<Way, List<Double>> few = speed.windows(task.fewer(), task.windows());
    List<Outcome.Measured> measured = new ArrayList<>();
    for (Way way : Way.values()) {
      measured.add(speed.measured(many.get(way), few.get(way)));
    }
    Outcome.Measured.writeAll(measured, Path.of(args[1]));
    spark.stop();
  }

  /** In turns, so that what disturbs the machine disturbs all of them. */
  private Map<Way, List<Double>> windows(Images images, int count) {
    Map<Way, List<Double>> windows = new EnumMap<>(Way.class);
    for (int window = 0; window < count; window++) {
      for (Way way : Way.values()) {
        windows.computeIfAbsent(way, absent -> new ArrayList<>()).add(imagesPerSecond(way, images));
      }
    }
    return windows;
  }

  private Outcome.Measured measured(List<Double> many, List<Double> few) {
    String software = "Spark " + spark.version();
    Outcome.Measured ofMany = new Outcome.Measured(many, software, Map.of());
    double fewer =
        task.fewer().seconds(new Outcome.Measured(few, software, Map.of()).median().getAsDouble());
    double more = task.images().seconds(ofMany.median().getAsDouble()) - fewer;
    double microseconds = 1e6 * more / (task.images().count() - task.fewer().count());
    return ofMany
        .with("microseconds an image", microseconds)
        .with("milliseconds a job", 1e3 * fewer - 1e-3 * microseconds * task.fewer().count());
  }

  private double imagesPerSecond(Way way, Images images) {
    String output = task.output() + "/" + runs++;
    return switch (way) {
      case PREDICT -> predict(images, output);
      case TRANSFORM -> transform(images, output, List.of());
      case TRANSFORM_FEWER ->
          transform(
              images,
              output,
              List.of(
                  "id",
                  "origin",
                  "predictedLabel",
                  "topK[0].probability as best",
                  "topK",
                  "reason"));
    };
  }

  private double predict(Images images, String output) {
    PredictJob job = new PredictJob();
    Settings settings =
        Settings.resolve(
            job.settings(),
            ConfigFactory.parseMap(
                Map.of(
                    "predict.model",
                    task.model(),
                    "predict.input",
                    images.dataset(),
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

  /** From the question for the model to the last file; no columns are all columns. */
  private double transform(Images images, String output, List<String> columns) {
    long start = System.nanoTime();
    Dataset<?> scored =
        ImageClassificationModel.of(spark, task.model())
            .transform(
                spark
                    .read()
                    .parquet(images.dataset() + "/split=train")
                    .select("id", "origin", "image"))
            .drop("image");
    Dataset<?> written =
        columns.isEmpty() ? scored : scored.selectExpr(columns.toArray(new String[0]));
    written.write().parquet(output);
    return images.count() / ((System.nanoTime() - start) / 1e9);
  }
}
