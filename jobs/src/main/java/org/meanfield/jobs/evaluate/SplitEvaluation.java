package org.meanfield.jobs.evaluate;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.LongAccumulator;
import org.meanfield.data.Split;
import org.meanfield.engine.ScorerSource;
import org.meanfield.error.MeanfieldException;
import org.meanfield.evaluate.Evaluator;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.spark.Parcel;
import org.meanfield.jobs.storage.DatasetFiles;
import org.meanfield.registry.Predictions;

/**
 * Judges a model on one split of a data set, as one Spark job: the model is broadcast once, and the
 * broadcast destroyed afterwards; figures and a line for each example come back, no images.
 */
final class SplitEvaluation {
  private static final int SECONDS_BETWEEN_PROGRESS = 5;

  private final SparkSession spark;
  private final Console console;
  private final int batchSize;

  /**
   * For evaluations on one session.
   *
   * @param batchSize images scored together in a task
   */
  SplitEvaluation(SparkSession spark, Console console, int batchSize) {
    this.spark = spark;
    this.console = console;
    this.batchSize = batchSize;
  }

  /**
   * Scores every example of the split once.
   *
   * @param classes number of classes of model and data set
   */
  ScoredSplit run(ScorerSource model, DatasetFiles data, Split split, int classes) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Broadcast<ScorerSource> shared = context.broadcast(model);
    try {
      LongAccumulator scored = spark.sparkContext().longAccumulator("examples scored");
      JavaFutureAction<List<Parcel<ScoredPart>>> partials =
          rows(data, split)
              .mapPartitions(new ScoringTask(shared, batchSize, scored))
              .collectAsync();
      Evaluator whole = new Evaluator(classes);
      StringBuilder answers = new StringBuilder(Predictions.HEADER).append('\n');
      for (Parcel<ScoredPart> parcel : await(partials, scored, data.manifest().examples(split))) {
        ScoredPart part = parcel.open();
        whole.merge(part.evaluator());
        answers.append(part.answers());
      }
      return new ScoredSplit(whole, Predictions.fromCsv(data.uri(), answers.toString()));
    } finally {
      shared.destroy();
    }
  }

  /** As many partitions as the cluster has cores, where there are fewer files than that. */
  private JavaRDD<Row> rows(DatasetFiles data, Split split) {
    JavaRDD<Row> rows =
        data.split(split).select(DatasetFiles.ID, DatasetFiles.LABEL, DatasetFiles.IMAGE).javaRDD();
    int slots = spark.sparkContext().defaultParallelism();
    return data.files(split).size() < slots ? rows.repartition(slots) : rows;
  }

  private List<Parcel<ScoredPart>> await(
      JavaFutureAction<List<Parcel<ScoredPart>>> partials, LongAccumulator scored, long total) {
    long start = System.nanoTime();
    long shown = 0;
    while (true) {
      try {
        return partials.get(SECONDS_BETWEEN_PROGRESS, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        long done = scored.value();
        if (done > shown) {
          shown = done;
          console.progress(progress(done, total, (System.nanoTime() - start) / 1e9));
        }
      } catch (InterruptedException e) {
        partials.cancel(true);
        Thread.currentThread().interrupt();
        throw new IllegalStateException("The evaluation was interrupted", e);
      } catch (ExecutionException e) {
        throw stated(e);
      }
    }
  }

  private static String progress(long done, long total, double seconds) {
    double rate = done / seconds;
    return String.format(
        Locale.ROOT,
        "evaluate: %,d of %,d images, %,.0f images/s, about %.0f s left",
        done,
        total,
        rate,
        (total - done) / rate);
  }

  /** What a task said, out of Spark's wrapping, so that the caller sees what it can mend. */
  private static RuntimeException stated(ExecutionException failure) {
    for (Throwable e = failure; e != null; e = e.getCause()) {
      if (e instanceof MeanfieldException known) {
        return known;
      }
    }
    return new IllegalStateException(
        "The evaluation failed: " + failure.getCause().getMessage(), failure);
  }
}
