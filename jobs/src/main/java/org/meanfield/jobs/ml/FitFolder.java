package org.meanfield.jobs.ml;

import java.util.UUID;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;
import org.meanfield.error.SettingsException;
import org.meanfield.jobs.storage.Storage;
import scala.Option;

/** Where fits leave images and runs: the user's folder, or one that goes with the fit. */
final class FitFolder implements AutoCloseable {
  private enum Life {
    KEPT,
    TEMPORARY
  }

  private final Storage storage;
  private final String uri;
  private final Life life;

  private FitFolder(Storage storage, String uri, Life life) {
    this.storage = storage;
    this.uri = uri;
    this.life = life;
  }

  /**
   * Opens it.
   *
   * @param given the parameter {@code runDir}
   * @throws SettingsException where none is given and no temporary one is reached by all executors
   */
  static FitFolder open(SparkSession spark, Option<String> given) {
    SparkContext context = spark.sparkContext();
    Storage storage = new Storage(context.hadoopConfiguration());
    if (given.isDefined()) {
      return new FitFolder(storage, storage.qualify(given.get()), Life.KEPT);
    }
    String name = "/meanfield-" + UUID.randomUUID();
    if (context.getCheckpointDir().isDefined()) {
      return new FitFolder(storage, context.getCheckpointDir().get() + name, Life.TEMPORARY);
    }
    if (context.isLocal()) {
      String local = "file:" + System.getProperty("java.io.tmpdir") + name;
      return new FitFolder(storage, storage.qualify(local), Life.TEMPORARY);
    }
    throw new SettingsException(
        "The parameter runDir is not set, and there is no place that every executor reaches; set"
            + " runDir to a folder on a shared file system, or Spark's checkpoint directory");
  }

  Storage storage() {
    return storage;
  }

  /** The folder of one data set or run in it. */
  String path(String name) {
    return uri + "/" + name;
  }

  @Override
  public void close() {
    if (life == Life.TEMPORARY) {
      storage.delete(uri);
    }
  }
}
