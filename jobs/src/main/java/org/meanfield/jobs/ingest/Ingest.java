package org.meanfield.jobs.ingest;

import static org.apache.spark.sql.functions.col;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.LongAccumulator;
import org.meanfield.data.DatasetManifest;
import org.meanfield.data.DatasetManifest.DataFile;
import org.meanfield.data.DatasetManifest.Source;
import org.meanfield.data.DatasetManifest.SplitCounts;
import org.meanfield.data.DatasetManifest.Weights;
import org.meanfield.data.ImageFiles;
import org.meanfield.data.Split;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.jobs.storage.DatasetFiles;
import org.meanfield.jobs.storage.PathName;

/**
 * One ingest, from an open source to a published data set: every input is checked once, and what
 * was accepted is numbered, cut into files and written.
 *
 * @param spark a session of the job's own, with its shuffles sized for the source
 * @param output claimed by this job
 */
record Ingest(
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
        .parquet(PathName.literal(folder))
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
    StructType schema =
        inPlace.isPresent() ? DatasetFiles.schemaInPlace(weights) : DatasetFiles.schema(weights);
    List<DataFile> files =
        new DataFileWriter(spark, context.storage(), schema)
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
