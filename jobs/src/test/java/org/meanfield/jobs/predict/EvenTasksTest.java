package org.meanfield.jobs.predict;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.meanfield.jobs.testing.LocalSpark;

/** How many tasks files become, and that no row is lost or doubled by it. */
class EvenTasksTest {
  private static final List<String> IDS =
      IntStream.range(0, 999).mapToObj(i -> "image " + i).toList();
  private static SparkSession spark;
  private static int cores;

  @BeforeAll
  static void start() {
    spark = LocalSpark.session();
    cores = spark.sparkContext().defaultParallelism();
  }

  @Test
  void filesThatGoIntoTheCoresStayAsTheyAre() {
    Dataset<Row> files = files(3 * cores);
    assertThat(EvenTasks.of(files, "id")).isSameAs(files);
  }

  @Test
  void theLastFileIsSharedByAllCores() {
    Dataset<Row> even = EvenTasks.of(files(2 * cores + 1), "id");
    int tasks = even.rdd().getNumPartitions();
    assertThat(tasks % (2 * cores + 1)).as("each file in as many parts").isZero();
    assertThat(tasks % cores).as("tasks that are left over").isZero();
    assertThat(even.select("id").as(Encoders.STRING()).collectAsList())
        .containsExactlyInAnyOrderElementsOf(IDS);
  }

  @Test
  void aSingleFileIsDealtOut() {
    Dataset<Row> even = EvenTasks.of(files(1), "id");
    assertThat(even.rdd().getNumPartitions()).isEqualTo(cores);
    assertThat(even.select("id").as(Encoders.STRING()).collectAsList())
        .containsExactlyInAnyOrderElementsOf(IDS);
  }

  private static Dataset<Row> files(int count) {
    return spark.createDataset(IDS, Encoders.STRING()).toDF("id").repartition(count);
  }
}
