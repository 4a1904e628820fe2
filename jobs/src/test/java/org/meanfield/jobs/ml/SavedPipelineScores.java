package org.meanfield.jobs.ml;

import org.apache.spark.ml.PipelineModel;
import org.apache.spark.sql.SparkSession;
import org.meanfield.jobs.testing.LocalSpark;

/** Scores rows with a saved pipeline, in a JVM that has never seen it: MODEL ROWS OUTPUT. */
public final class SavedPipelineScores {
  private SavedPipelineScores() {}

  /** Reads Parquet, writes Parquet. */
  public static void main(String[] args) {
    SparkSession spark = LocalSpark.session();
    PipelineModel.load(args[0]).transform(spark.read().parquet(args[1])).write().parquet(args[2]);
    spark.stop();
  }
}
