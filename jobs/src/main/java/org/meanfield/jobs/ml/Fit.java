package org.meanfield.jobs.ml;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.meanfield.config.Settings;
import org.meanfield.data.ImageFiles;
import org.meanfield.data.Sha256;
import org.meanfield.error.SettingsException;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.cli.Job;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.jobs.cli.JobResult;
import org.meanfield.jobs.cli.ResultFile;
import org.meanfield.jobs.ingest.IngestJob;
import org.meanfield.jobs.storage.DatasetFiles;
import org.meanfield.jobs.storage.ModelFiles;
import org.meanfield.jobs.storage.ShippedModel;
import org.meanfield.jobs.train.TrainJob;

/**
 * One fit: the commands {@code ingest} and {@code train}, called with a DataFrame.
 *
 * @param spark the session
 * @param folder for images and runs
 * @param training the settings of {@code train} that are given
 * @param ingest the settings of {@code ingest} that are given
 * @param console for progress
 */
record Fit(SparkSession spark, FitFolder folder, Config training, Config ingest, Console console) {
  private static final int NAME_LENGTH = 16;

  /**
   * Trains, or goes on, or finds the model that the same fit left. Fits of one program wait for
   * each other, as in a parallel search: each takes the whole cluster, resident rounds of two would
   * wait for each other's tasks, and one image set serves all.
   */
  ShippedModel train(Dataset<Row> data, LabelledRows columns) {
    synchronized (Fit.class) {
      return trainAlone(data, columns);
    }
  }

  private ShippedModel trainAlone(Dataset<Row> data, LabelledRows columns) {
    DatasetFiles images = images(data, columns);
    TrainJob job = new TrainJob();
    Settings planned = settings(job, training, images.uri(), "planned");
    String run = folder.path("run-" + name(planned, images.manifest().datasetId()));
    runJob(job, settings(job, training, images.uri(), run));
    return ShippedModel.ofTrained(run, ModelFiles.trained(folder.storage(), run));
  }

  private DatasetFiles images(Dataset<Row> data, LabelledRows columns) {
    Optional<DatasetFiles> ingested =
        ingest.isEmpty() ? IngestedRows.of(data, columns, folder.storage()) : Optional.empty();
    if (ingested.isPresent()) {
      console.line("fit: on the data set " + ingested.get().uri() + ", as it is");
      return ingested.get();
    }
    ParquetImages.Found found = ParquetImages.of(data, columns.image(data), folder.storage());
    LabelledRows.Prepared prepared = columns.prepare(data, found.files());
    IngestJob job = new IngestJob();
    Config configuration = configuration(columns, prepared);
    List<String> identity =
        new ArrayList<>(
            List.of(
                prepared.identity(), configuration.root().render(ConfigRenderOptions.concise())));
    found.files().ifPresent(images -> identity.addAll(places(images)));
    String target = folder.path("data-" + digest(identity));
    console.line(
        found
            .files()
            .map(images -> inPlace(images, target))
            .orElseGet(
                () ->
                    "fit: the images are written once, to "
                        + target
                        + ", because "
                        + found.refusal()));
    JobContext context =
        context(settings(job, configuration, "dataframe:" + prepared.identity(), target));
    long start = System.nanoTime();
    JobResult result =
        found.files().isPresent()
            ? job.runInPlace(context, prepared.rows(), prepared.count(), found.files().get())
            : job.run(context, prepared.rows(), prepared.count());
    write(job, context, result, start);
    return DatasetFiles.open(spark, folder.storage(), target);
  }

  private static String inPlace(ImageFiles images, String target) {
    int count = images.files().size();
    return "fit: on the images where they lie, in %,d Parquet %s; %s gets what is known of them"
        .formatted(count, count == 1 ? "file" : "files", target);
  }

  /** Where images lie, so that files that changed are another data set. */
  private static List<String> places(ImageFiles images) {
    return Stream.concat(
            images.column().stream(),
            images.files().stream()
                .map(file -> file.uri() + " " + file.bytes() + " " + file.modified()))
        .toList();
  }

  private Config configuration(LabelledRows columns, LabelledRows.Prepared prepared) {
    if (prepared.classNames().isEmpty()) {
      return ingest;
    }
    if (ingest.hasPath("ingest.class-names")) {
      throw new SettingsException(
          "The parameter classNames is set, but the labels in column '"
              + columns.labelCol()
              + "' are numbers; leave classNames out, or convert the column to text");
    }
    return ingest.withValue(
        "ingest.class-names", ConfigValueFactory.fromAnyRef(prepared.classNames()));
  }

  /** Runs that would end differently have different names, so that a search keeps them apart. */
  private static String name(Settings settings, String datasetId) {
    List<String> parts = new ArrayList<>(List.of(datasetId));
    settings.all().stream()
        .filter(each -> TrainJob.tellsRunsApart(each.setting()))
        .forEach(each -> parts.add(each.setting().key() + "=" + each.shown()));
    return digest(parts);
  }

  private static String digest(List<String> parts) {
    return Sha256.hex(String.join("\n", parts).getBytes(StandardCharsets.UTF_8))
        .substring(0, NAME_LENGTH);
  }

  private static Settings settings(Job job, Config given, String input, String output) {
    Config places =
        ConfigFactory.parseMap(
            Map.of(
                job.command().equals("train") ? "train.data" : "ingest.input",
                input,
                job.output().key(),
                output));
    return Settings.resolve(job.settings(), given.withFallback(places));
  }

  private void runJob(Job job, Settings settings) {
    long start = System.nanoTime();
    JobContext context = context(settings);
    write(job, context, job.run(context), start);
  }

  private JobContext context(Settings settings) {
    return new JobContext(spark, folder.storage(), settings, console);
  }

  private void write(Job job, JobContext context, JobResult result, long start) {
    double seconds = (System.nanoTime() - start) / 1e9;
    new ResultFile(folder.storage(), job.outputFolder(context.settings()))
        .write(job.command(), result, seconds);
    console.line(job.command() + ": " + result.message());
  }
}
