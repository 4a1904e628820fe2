package org.meanfield.jobs.storage;

import java.io.Serializable;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Carries the job's file access, with its credentials and default file system, to the executors.
 */
public final class ExecutorStorage implements Serializable {
  private static final long serialVersionUID = 1L;
  private final SerializableConfiguration configuration;
  private transient Storage storage;

  /** With the session's Hadoop configuration. */
  public ExecutorStorage(SparkSession spark) {
    this(spark.sparkContext());
  }

  /** With an application's Hadoop configuration. */
  public ExecutorStorage(SparkContext spark) {
    this.configuration = new SerializableConfiguration(spark.hadoopConfiguration());
  }

  /** The files, on whichever machine this is called. */
  public synchronized Storage storage() {
    if (storage == null) {
      storage = new Storage(configuration.value());
    }
    return storage;
  }
}
