package org.meanfield.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;
import org.meanfield.engine.Engines;
import org.meanfield.jobs.spark.LogConfiguration;
import org.nd4j.linalg.dataset.DataSet;

/**
 * What both programs of the migration train on.
 *
 * @param data folder with the four IDX files of Fashion-MNIST
 * @param images of each fit
 * @param epochs how many fits
 * @param cores of Spark's local master, a worker on each
 */
record MigrationTask(String data, int images, int epochs, int cores) implements Serializable {
  private static final int BATCH_SIZE = 64;

  static MigrationTask read(Path file) throws IOException {
    LogConfiguration.applyUnlessConfigured();
    // DL4J asks an NTP server for the time unless told otherwise.
    System.setProperty(
        "org.deeplearning4j.spark.time.TimeSource",
        "org.deeplearning4j.spark.time.SystemClockTimeSource");
    Engines.named("nd4j"); // loads the natives as the flags say
    return new ObjectMapper().readValue(file.toFile(), MigrationTask.class);
  }

  JavaSparkContext spark() {
    return new JavaSparkContext(
        new SparkConf()
            .setMaster("local[" + cores + "]")
            .setAppName("migration")
            .set("spark.ui.enabled", "false")
            .set("spark.driver.maxResultSize", "0"));
  }

  /** Shuffled minibatches in Spark's memory, normalised, before any clock starts. */
  JavaRDD<DataSet> minibatches(JavaSparkContext spark) {
    List<Integer> parts = IntStream.range(0, cores).boxed().toList();
    JavaRDD<DataSet> made =
        spark
            .parallelize(parts, parts.size())
            .flatMap(this::part)
            .persist(StorageLevel.MEMORY_ONLY_SER());
    made.count();
    return made;
  }

  private Iterator<DataSet> part(int part) {
    try {
      List<DataSet> all =
          FashionMnist.training(data).first(images).minibatches(BATCH_SIZE, MeanfieldTraining.SEED);
      int size = (all.size() + cores - 1) / cores;
      return all.subList(part * size, Math.min(all.size(), (part + 1) * size)).iterator();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
