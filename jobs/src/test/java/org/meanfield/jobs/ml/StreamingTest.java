package org.meanfield.jobs.ml;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.StreamingQueryException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.jobs.ingest.TinyImages;
import org.meanfield.jobs.testing.LinearClassifier;
import org.meanfield.jobs.testing.LocalSpark;

/** A stream of arriving image files, scored as they come. */
class StreamingTest {
  private static final String BINARY_FILE =
      "path string, modificationTime timestamp, length bigint, content binary";

  @TempDir Path folder;
  private SparkSession spark;
  private Path arriving;
  private int arrived;

  @BeforeEach
  void start() throws IOException {
    spark = LocalSpark.session();
    arriving = Files.createDirectories(folder.resolve("arriving"));
    Files.createDirectories(folder.resolve("elsewhere"));
    new LinearClassifier(8, TinyImages.CLASSES, 3).write(folder.resolve("run"));
    ImageClassificationModel.of(spark, folder.resolve("run").toString())
        .setImageCol("content")
        .save(folder.resolve("model").toString());
  }

  @Test
  void filesThatArriveWhileItRunsAreScoredOnceAlsoAfterARestart()
      throws IOException, TimeoutException, StreamingQueryException {
    arrive(3);
    StreamingQuery query = query();
    query.processAllAvailable();
    assertThat(scored()).hasSize(3);
    arrive(4);
    query.processAllAvailable();
    assertThat(scored()).hasSize(7);
    arrive(5);
    query.stop(); // at whatever it was doing
    arrive(2);
    StreamingQuery restarted = query();
    restarted.processAllAvailable();
    restarted.stop();

    List<Row> rows = scored();
    assertThat(rows).hasSize(14);
    assertThat(rows.stream().map(row -> row.getString(0)).distinct()).hasSize(14);
    List<Row> atOnce =
        ImageClassificationModel.load(folder.resolve("model").toString())
            .transform(spark.read().format("binaryFile").load(arriving.toString()))
            .select("path", "predictedLabel", "reason")
            .orderBy("path")
            .collectAsList();
    assertThat(rows).isEqualTo(atOnce);
    assertThat(rows.stream().filter(row -> !row.isNullAt(2))).hasSize(2);
  }

  private StreamingQuery query() throws TimeoutException {
    Dataset<Row> files =
        spark.readStream().format("binaryFile").schema(BINARY_FILE).load(arriving.toString());
    return ImageClassificationModel.load(folder.resolve("model").toString())
        .transform(files)
        .select("path", "predictedLabel", "reason")
        .writeStream()
        .format("parquet")
        .option("path", folder.resolve("scored").toString())
        .option("checkpointLocation", folder.resolve("checkpoint").toString())
        .start();
  }

  private List<Row> scored() {
    return spark
        .read()
        .parquet(folder.resolve("scored").toString())
        .orderBy("path")
        .collectAsList();
  }

  /** Every seventh file is none of an image. */
  private void arrive(int count) throws IOException {
    List<Path> written = new ArrayList<>();
    for (int i = 0; i < count; i++, arrived++) {
      byte[] content =
          arrived % 7 == 6
              ? new byte[] {1, 2, 3}
              : TinyFrames.png(TinyImages.CLASSES.get(arrived % 3), arrived);
      written.add(Files.write(folder.resolve("elsewhere/" + arrived + ".png"), content));
    }
    for (Path file : written) {
      Files.move(file, arriving.resolve(file.getFileName()), StandardCopyOption.ATOMIC_MOVE);
    }
  }
}
