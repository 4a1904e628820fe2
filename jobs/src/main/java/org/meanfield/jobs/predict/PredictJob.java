package org.meanfield.jobs.predict;

import static org.apache.spark.sql.functions.expr;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.meanfield.config.Setting;
import org.meanfield.engine.ScorerSource;
import org.meanfield.error.ConflictException;
import org.meanfield.jobs.cli.Job;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.jobs.cli.JobResult;
import org.meanfield.jobs.spark.ImageProgress;
import org.meanfield.jobs.storage.FolderLock;
import org.meanfield.jobs.storage.ModelFiles;
import org.meanfield.jobs.storage.OutputPlace;
import org.meanfield.jobs.storage.PathName;
import org.meanfield.jobs.storage.Storage;

/**
 * Classifies images with a trained model: {@code OUTPUT/predictions/*.parquet}, a row per image,
 * and {@code OUTPUT/predict.json}. Bad images are rows with a reason; they never end the job.
 */
public final class PredictJob implements Job {
  private static final String PREDICTIONS = "predictions";
  private static final String TEMPORARY = "predictions-unfinished";

  /** Among the predictions: that they are ours. Readers of Parquet pass over the name. */
  private static final String MADE_BY_PREDICT = "_predict";

  @Override
  public String command() {
    return "predict";
  }

  @Override
  public String summary() {
    return "Classify images with a trained model";
  }

  @Override
  public List<Setting<?>> settings() {
    return PredictSettings.declared();
  }

  @Override
  public List<Option> options() {
    return List.of(
        new Option("--model", PredictSettings.MODEL),
        new Option("--input", PredictSettings.INPUT),
        new Option("--output", PredictSettings.OUTPUT),
        new Option("--split", PredictSettings.SPLIT),
        new Option("--batch-size", PredictSettings.BATCH_SIZE));
  }

  @Override
  public Setting<String> output() {
    return PredictSettings.OUTPUT;
  }

  @Override
  public JobResult run(JobContext context) {
    PredictSettings settings = PredictSettings.from(context.settings());
    Storage storage = context.storage();
    ScorerSource model = ModelFiles.scorerSource(storage, settings.model());
    PredictionInput input = PredictionInput.of(context.spark(), storage, settings);
    PredictionManifest planned =
        PredictionManifest.planned(model.modelId(), settings, input.identity());
    String output = storage.qualify(settings.output());
    String manifestPath = output + "/" + PredictionManifest.FILE;
    if (storage.exists(manifestPath)) {
      return finishedBefore(
          output,
          PredictionManifest.fromJson(manifestPath, storage.readText(manifestPath)),
          planned);
    }
    requireOutside(output, planned);
    requireOwn(storage, output);
    try (FolderLock lock = FolderLock.ofOutput(storage, output, command())) {
      lock.requireHeld();
      if (storage.exists(manifestPath)) { // another one was first
        return finishedBefore(
            output,
            PredictionManifest.fromJson(manifestPath, storage.readText(manifestPath)),
            planned);
      }
      return predict(context, model, input, planned, settings, output, lock);
    }
  }

  private static JobResult predict(
      JobContext context,
      ScorerSource model,
      PredictionInput input,
      PredictionManifest planned,
      PredictSettings settings,
      String output,
      FolderLock lock) {
    Storage storage = context.storage();
    context
        .console()
        .line(
            String.format(
                Locale.ROOT,
                "Classifying %,d images of %s with model %.12s",
                planned.input().examples(),
                planned.input().uri(),
                planned.modelId()));
    long start = System.nanoTime();
    requireOwn(storage, output);
    storage.delete(output + "/" + PREDICTIONS);
    Dataset<Row> written = write(context, model, input, settings, output);
    double seconds = (System.nanoTime() - start) / 1e9;
    PredictionManifest done = counted(planned, written);
    storage.writeText(output + "/" + TEMPORARY + "/" + MADE_BY_PREDICT, planned.toJson());
    lock.requireHeld();
    storage.rename(output + "/" + TEMPORARY, output + "/" + PREDICTIONS);
    storage.writeText(output + "/" + PredictionManifest.FILE, done.toJson());
    return result(JobResult.Status.DONE, output, done, done.examples() / seconds);
  }

  /** A data set holds no images that are read as files of its folder. */
  private static void requireOutside(String output, PredictionManifest planned) {
    if (planned.input().kind().equals(PredictionInput.FILES)) {
      OutputPlace.requireOutside(
          output,
          PredictSettings.OUTPUT.key(),
          planned.input().uri(),
          name -> name.startsWith(".") || name.startsWith("_")); // as Spark lists files
    }
  }

  /** What a job left that was stopped right before its manifest is replaced, and nothing else. */
  private static void requireOwn(Storage storage, String output) {
    String predictions = output + "/" + PREDICTIONS;
    if (storage.exists(predictions) && !storage.exists(predictions + "/" + MADE_BY_PREDICT)) {
      throw new ConflictException(
          predictions
              + " is there, and is not what 'predict' leaves: it has no "
              + MADE_BY_PREDICT
              + "; choose another output, or delete that folder");
    }
  }

  private static JobResult finishedBefore(
      String output, PredictionManifest found, PredictionManifest wanted) {
    List<String> differences = found.differences(wanted);
    if (!differences.isEmpty()) {
      throw new ConflictException(
          output
              + " holds other predictions: "
              + String.join("; ", differences)
              + "; choose another output, or delete that one");
    }
    return result(JobResult.Status.NOTHING_TO_DO, output, found, 0);
  }

  /** Scores and writes everything under the temporary name; returns what was written. */
  private static Dataset<Row> write(
      JobContext context,
      ScorerSource model,
      PredictionInput input,
      PredictSettings settings,
      String output) {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(context.spark().sparkContext());
    String temporary = output + "/" + TEMPORARY;
    Broadcast<ScorerSource> shared = spark.broadcast(model);
    try (ImageProgress progress =
        new ImageProgress(
            spark.sc(), context.console()::progress, "predict", input.identity().examples())) {
      input
          .images()
          .mapPartitions(
              new ImageScoring(shared, progress.counter(), settings),
              Encoders.row(ImageScoring.SCHEMA))
          .write()
          .mode(SaveMode.Overwrite)
          .parquet(temporary);
    } finally {
      shared.destroy();
    }
    return context.spark().read().schema(ImageScoring.SCHEMA).parquet(PathName.literal(temporary));
  }

  /** Counted from the files, since a task that runs twice would count twice in an accumulator. */
  private static PredictionManifest counted(PredictionManifest planned, Dataset<Row> written) {
    Map<String, Long> rejects = new TreeMap<>();
    long examples = 0;
    for (Row row :
        written
            .groupBy(expr("substring_index(error, ':', 1)").as(ImageScoring.ERROR))
            .count()
            .collectAsList()) {
      examples += row.getLong(1);
      if (!row.isNullAt(0)) {
        rejects.put(row.getString(0), row.getLong(1));
      }
    }
    return planned.with(examples, rejects);
  }

  private static JobResult result(
      JobResult.Status status, String output, PredictionManifest manifest, double imagesPerSecond) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("examples", manifest.examples());
    figures.put("rejected", manifest.rejected());
    figures.put("rejects", manifest.rejects());
    figures.put("modelId", manifest.modelId());
    figures.put("predictions", output + "/" + PREDICTIONS);
    if (status == JobResult.Status.DONE) {
      figures.put("imagesPerSecond", Math.round(imagesPerSecond * 10) / 10.0);
    }
    String rejected =
        manifest.rejected() == 0
            ? ""
            : " (" + manifest.rejected() + " of them bad images: " + manifest.rejects() + ")";
    String message =
        status == JobResult.Status.DONE
            ? String.format(
                Locale.ROOT,
                "%,d images classified%s at %.0f images/s, in %s/%s",
                manifest.examples(),
                rejected,
                imagesPerSecond,
                output,
                PREDICTIONS)
            : output + " has the predictions of this model for this input already";
    return new JobResult(status, message, figures);
  }
}
