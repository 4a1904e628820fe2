package org.meanfield.jobs.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.data.DatasetManifest;
import org.meanfield.data.Split;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.error.DataException;
import org.meanfield.jobs.ingest.TinyDatasets;
import org.meanfield.jobs.testing.LocalSpark;

class DatasetFilesTest {
  private static SparkSession spark;
  private static Storage storage;
  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    spark = LocalSpark.session();
    storage = new Storage(spark.sparkContext().hadoopConfiguration());
  }

  @Test
  void aDataSetIsReadBack() {
    String uri = TinyDatasets.create(spark, folder.resolve("set"));
    DatasetFiles files = DatasetFiles.open(spark, storage, uri);
    assertThat(files.manifest().examples()).isEqualTo(60);
    assertThat(files.split(Split.TRAIN).count()).isEqualTo(36);
    Row row = files.split(Split.TEST).first();
    assertThat(row.<byte[]>getAs(DatasetFiles.IMAGE)).isNotEmpty();
    assertThat(row.<String>getAs(DatasetFiles.ID)).hasSize(64);
  }

  @Test
  void anUnfinishedOneIsNone() throws Exception {
    String uri = TinyDatasets.create(spark, folder.resolve("set"));
    Files.delete(folder.resolve("set").resolve(DatasetManifest.FILE));
    assertThatThrownBy(() -> DatasetFiles.open(spark, storage, uri))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("not a finished data set")
        .hasMessageContaining(uri);
  }

  @Test
  void aTruncatedOrMissingFileIsNamed() throws Exception {
    String uri = TinyDatasets.create(spark, folder.resolve("set"));
    String name =
        DatasetFiles.open(spark, storage, uri).manifest().files(Split.TRAIN).get(0).path();
    Path file = folder.resolve("set").resolve(name);
    byte[] content = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(content, content.length - 9));
    assertThatThrownBy(() -> DatasetFiles.open(spark, storage, uri))
        .isInstanceOf(CorruptArtifactException.class)
        .hasMessageContaining(name)
        .hasMessageContaining("should have " + content.length);
    Files.delete(file);
    assertThatThrownBy(() -> DatasetFiles.open(spark, storage, uri))
        .hasMessageContaining(name + " should have " + content.length + " bytes, but is missing");
  }
}
