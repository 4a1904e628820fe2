package org.meanfield.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.image.PngEncoder;
import org.meanfield.jobs.ingest.TinyImages;

/**
 * The Python program of docs/spark-ml.md, submitted with the packaged jar. It needs a PySpark of
 * our Spark's line, which no Java build brings; what PySpark calls is also held without one, in
 * PySparkCallsTest.
 */
class PySparkIT {
  private static final Path ROOT = LaunchedProgram.projectFolder();
  private static final String SPARK_LINE = "3.5.";

  @TempDir private Path folder;

  @Test
  void theProgramOfThePageTrainsSavesSearchesAndTransfers() throws IOException {
    String pySpark = pySpark();
    assumeTrue(
        pySpark.startsWith(SPARK_LINE),
        "python3 imports no pyspark "
            + SPARK_LINE
            + "* with numpy; put one on PYTHONPATH to run this. It says: "
            + pySpark);
    for (String name : TinyImages.CLASSES) {
      Path images = Files.createDirectories(folder.resolve("images").resolve(name));
      for (int i = 0; i < 30; i++) {
        Files.write(images.resolve(i + ".png"), PngEncoder.encode(TinyImages.draw(name, i)));
      }
    }
    String jar = ClusterProcess.allJar().toString();
    List<String> command =
        List.of(
            "env",
            "PYTHONPATH=" + System.getenv().getOrDefault("PYTHONPATH", "") + ":" + jar,
            ROOT.resolve("scripts/spark-submit").toString(),
            "--master=local[2]",
            "--conf=spark.ui.enabled=false",
            "--jars=" + jar,
            ROOT.resolve("jobs/src/test/python/spark_ml_page.py").toString(),
            folder.resolve("images").toString(),
            folder.resolve("output").toString());
    try (ClusterProcess program = ClusterProcess.start(folder.resolve("program.log"), command)) {
      assertThat(program.exitCode(180)).as(program::output).isZero();
      assertThat(figure(program, "accuracy ")).isGreaterThan(0.8);
      assertThat(figure(program, "best learning rate ")).isEqualTo(0.01);
      assertThat(figure(program, "transferred ")).isGreaterThan(0.8);
    }
  }

  /** The version of PySpark that Python finds, or what it says where it finds none. */
  private String pySpark() {
    String asked = "import pyspark.ml; print(pyspark.__version__)";
    try (ClusterProcess python =
        ClusterProcess.start(
            folder.resolve("python.log"), List.of("env", "python3", "-c", asked))) {
      python.exitCode(60);
      return python.output().strip();
    }
  }

  private static double figure(ClusterProcess program, String name) {
    String line =
        program
            .output()
            .lines()
            .filter(each -> each.startsWith(name))
            .findFirst()
            .orElseThrow(() -> new AssertionError("No " + name + "in\n" + program.output()));
    return Double.parseDouble(line.substring(name.length()).split(" ", 2)[0]);
  }
}
