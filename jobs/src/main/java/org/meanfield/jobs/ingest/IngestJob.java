package org.meanfield.jobs.ingest;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.meanfield.config.Setting;
import org.meanfield.data.DatasetManifest;
import org.meanfield.data.ImageFiles;
import org.meanfield.data.Split;
import org.meanfield.jobs.cli.Job;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.jobs.cli.JobResult;
import org.meanfield.jobs.storage.FolderLock;
import org.meanfield.jobs.storage.OutputPlace;
import org.meanfield.jobs.storage.StorageEntry;

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
    return IngestSettings.declared();
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
    String output = context.storage().qualify(settings.output());
    // Of a folder with IDX or CSV files, those alone are read.
    boolean deep = !Set.of(SourceFormat.IDX, SourceFormat.CSV).contains(settings.format());
    if (deep && !context.storage().exists(output + "/" + DatasetManifest.FILE)) {
      OutputPlace.requireOutside(
          output, IngestSettings.OUTPUT.key(), input, StorageEntry::isHidden);
    }
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
}
