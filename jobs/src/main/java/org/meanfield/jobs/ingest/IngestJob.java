package org.meanfield.jobs.ingest;

import static org.apache.spark.sql.functions.col;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.LongAccumulator;
import org.meanfield.config.Setting;
import org.meanfield.data.DatasetManifest;
import org.meanfield.data.DatasetManifest.DataFile;
import org.meanfield.data.DatasetManifest.Source;
import org.meanfield.data.DatasetManifest.SplitCounts;
import org.meanfield.data.DatasetManifest.Weights;
import org.meanfield.data.ImageFiles;
import org.meanfield.data.Split;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.cli.Job;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.jobs.cli.JobResult;
import org.meanfield.jobs.storage.DatasetFiles;
import org.meanfield.jobs.storage.FolderLock;

/**
 * Packs labelled images into a checked data set. The source is listed, read and decoded once, by
 * the executors; everything after works on what that pass left in the output's work folder.
 */
public final class IngestJob implements Job {
  private static final long ROWS_PER_SHUFFLE_PARTITION = 100_000;
  private static final long MAX_SHUFFLE_PARTITIONS = 2000;

  /** For the list of commands. */
  public IngestJob() {}

  @Override
  public String command() {
    return "ingest";
  }

  @Override
  public String summary() {
    return "Pack labelled images into a checked data set";
  }

  @Override
  public List<Setting<?>> settings() {
    return IngestSettings.ALL;
  }

  @Override
  public List<Option> options() {
    return List.of(
        new Option("--input", IngestSettings.INPUT),
        new Option("--output", IngestSettings.OUTPUT),
        new Option("--format", IngestSettings.FORMAT),
        new Option("--splits", IngestSettings.SPLITS));
  }

  @Override
  public Setting<String> output() {
    return IngestSettings.OUTPUT;
  }

  @Override
  public JobResult run(JobContext context) {
    IngestSettings settings = IngestSettings.from(context.settings());
    String input = context.storage().qualify(settings.input());
    return run(
        context,
        settings,
        input,
        () -> SourceDetector.open(context.spark(), context.storage(), settings));
  }

  /**
   * Packs the rows of a DataFrame: for programs that have their images in columns. They are
   * evaluated once. {@code ingest.input} is what tells these rows from others, not a place.
   *
   * @param rows with the columns {@code origin} (text, unique), {@code image} (see {@link
   *     org.meanfield.jobs.spark.ImageColumn}), {@code label} (text), {@code split} (text, null
   *     where none is given), and {@code weight} (double) where images have weights
   * @param count how many there are
   */
  public JobResult run(JobContext context, Dataset<Row> rows, long count) {
    IngestSettings settings = IngestSettings.from(context.settings());
    return run(
        context, settings, settings.input(), () -> RowSource.of(rows, count, Optional.empty()));
  }

  /**
   * The same without writing an image: the data set refers to the files in which they lie, and its
   * manifest and digest are those of {@link #run} but for that.
   *
   * @param rows that have also the column {@code address} (long, see {@link
   *     org.meanfield.jobs.storage.ImagesInPlace#address})
   * @param images where they lie
   */
  public JobResult runInPlace(
      JobContext context, Dataset<Row> rows, long count, ImageFiles images) {
    IngestSettings settings = IngestSettings.from(context.settings());
    return run(
        context, settings, settings.input(), () -> RowSource.of(rows, count, Optional.of(images)));
  }

  private JobResult run(
      JobContext context, IngestSettings settings, String input, Supplier<ImageSource> opener) {
    IngestOutput output = new IngestOutput(context.storage(), settings, input);
    Optional<JobResult> before = madeBefore(context, output);
    if (before.isPresent()) {
      return before.get();
    }
    output.requireOurs();
    try (FolderLock lock = FolderLock.ofOutput(context.storage(), output.folder(), command())) {
      lock.requireHeld();
      return madeBefore(context, output).orElseGet(() -> make(context, settings, output, opener));
    }
  }

  private static Optional<JobResult> madeBefore(JobContext context, IngestOutput output) {
    String message =
        "The data set "
            + output.folder()
            + " was made from this input with these settings before; delete it to ingest again";
    return output
        .finished(context.spark())
        .map(manifest -> result(JobResult.Status.NOTHING_TO_DO, message, manifest));
  }

  private static JobResult make(
      JobContext context,
      IngestSettings settings,
      IngestOutput output,
      Supplier<ImageSource> opener) {
    output.claim();
    try {
      DatasetManifest manifest = ingest(context, settings, output, opener.get());
      String message =
          "%,d examples in %d classes in %s"
              .formatted(manifest.examples(), manifest.classes().size(), output.folder());
      return result(JobResult.Status.DONE, message, manifest);
    } finally {
      output.release();
    }
  }

  private static DatasetManifest ingest(
      JobContext context, IngestSettings settings, IngestOutput output, ImageSource source) {
    try {
      SparkSession session = tuned(context.spark(), source.count());
      return new Ingest(context, session, settings, output, source).run();
    } finally {
      source.release();
    }
  }

  /**
   * A session on the same cluster with shuffles sized for the rows without their images: Spark's
   * 200 partitions cost more than the work where there are some ten thousand rows.
   */
  private static SparkSession tuned(SparkSession spark, long rows) {
    long partitions =
        Math.max(spark.sparkContext().defaultParallelism(), rows / ROWS_PER_SHUFFLE_PARTITION);
    SparkSession session = spark.newSession();
    session
        .conf()
        .set("spark.sql.shuffle.partitions", Math.min(MAX_SHUFFLE_PARTITIONS, partitions));
    session.conf().set("spark.sql.debug.maxToStringFields", 200);
    return session;
  }

  private static JobResult result(
      JobResult.Status status, String message, DatasetManifest manifest) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("examples", manifest.examples());
    figures.put("rejected", manifest.rejected());
    figures.put("datasetId", manifest.datasetId());
    figures.put("duplicates", manifest.duplicates().dropped());
    figures.put("classes", manifest.classes().size());
    for (Split split : Split.values()) {
      figures.put(split.id(), manifest.examples(split));
    }
    return new JobResult(status, message, figures);
  }

  /** One ingest, from an open source to a published data set. */
  private record Ingest(
      JobContext context,
      SparkSession spark,
      IngestSettings settings,
      IngestOutput output,
      ImageSource source) {

    DatasetManifest run() {
      Dataset<Row> checked = check();
      CheckSummary summary = CheckSummary.of(checked);
      writeRejects(checked, summary);
      summary.requireEnough(settings.input(), settings.maxRejectFraction());
      ClassNames classes = ClassNames.resolve(summary.labels(), settings.classNames());
      SplitAssignment splits = SplitAssignment.of(settings, summary.splits());
      Dataset<Row> unique =
          UniqueExamples.of(checked, classes, splits).persist(StorageLevel.MEMORY_AND_DISK());
      try {
        DatasetManifest manifest = write(checked, summary, classes, unique);
        output.publish(manifest, output.work("data"));
        return manifest;
      } finally {
        unique.unpersist();
      }
    }

    private Dataset<Row> check() {
      Console console = context.console();
      long count = source.count();
      console.line(
          "ingest: %,d inputs in %s (%s)".formatted(count, settings.input(), source.format()));
      LongAccumulator done = spark.sparkContext().longAccumulator("checked images");
      JavaRDD<Row> rows =
          source
              .numbered()
              .map(
                  new ImageCheck(
                      settings.maxPixels(),
                      settings.sourceSplits(),
                      source.weightColumn().orElse(null),
                      done));
      String folder = output.work("checked");
      String[] unwritten = source.inPlace().isPresent() ? new String[] {"image"} : new String[0];
      CheckProgress progress = CheckProgress.start(console, done, count);
      try {
        spark
            .createDataFrame(rows, ImageCheck.SCHEMA)
            .drop(unwritten)
            .write()
            .option("compression", "none")
            .option("parquet.enable.dictionary", "false")
            .parquet(folder);
      } finally {
        progress.stop();
      }
      return spark
          .read()
          .schema(ImageCheck.SCHEMA)
          .parquet(folder)
          .drop(unwritten)
          .withColumn(DatasetFiles.ADDRESS, col("key"));
    }

    private void writeRejects(Dataset<Row> checked, CheckSummary summary) {
      if (summary.rejected() > 0) {
        checked
            .where("reason is not null")
            .select("origin", "reason", "detail")
            .repartition(1)
            .sortWithinPartitions("origin")
            .write()
            .parquet(output.work("rejects"));
        output.publishRejects();
      }
    }

    private DatasetManifest write(
        Dataset<Row> checked, CheckSummary checks, ClassNames classes, Dataset<Row> unique) {
      DatasetSummary summary = DatasetSummary.of(unique, classes.names().size());
      Optional<ImageFiles> inPlace = source.inPlace();
      FileLayout layout =
          FileLayout.of(
              summary.byClass(),
              inPlace.isPresent() ? Map.of() : summary.bytes(),
              settings.rowsPerFile());
      context
          .console()
          .line(
              "ingest: %,d accepted, %,d rejected, %,d duplicates; writing %,d files"
                  .formatted(
                      checks.accepted(),
                      checks.rejected(),
                      summary.duplicates().dropped(),
                      layout.files().size()));
      Optional<Weights> weights = weights(unique, summary);
      List<DataFile> files =
          new DataFileWriter(
                  spark,
                  context.storage(),
                  inPlace.isPresent()
                      ? DatasetFiles.schemaInPlace(weights)
                      : DatasetFiles.schema(weights))
              .write(checked, unique, layout, output.work("data"));
      List<String> warnings = IngestWarnings.of(source, settings, checks, classes, summary, unique);
      warnings.forEach(warning -> context.console().line("ingest: warning: " + warning));
      Map<String, Long> rejects = new LinkedHashMap<>();
      checks.rejects().forEach((reason, found) -> rejects.put(reason, found.count()));
      return new DatasetManifest(
          DatasetDigest.of(classes.names(), unique),
          classes.index(),
          files,
          summary.splitCounts(),
          summary.sizes(),
          summary.pixels(),
          new Source(output.input(), source.format()),
          settings.content(),
          rejects,
          summary.duplicates(),
          warnings,
          weights,
          inPlace);
    }

    private Optional<Weights> weights(Dataset<Row> unique, DatasetSummary summary) {
      SplitCounts training = summary.splitCounts().get(Split.TRAIN);
      long count = training == null ? 0 : training.examples();
      Optional<Weights> weights =
          source.weightColumn().map(column -> ExampleWeights.of(column, unique, count));
      weights.ifPresent(
          found ->
              context
                  .console()
                  .line("ingest: weights of mean %s in training".formatted(found.trainingMean())));
      return weights;
    }
  }
}
