package org.meanfield.gpucheck;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a report makes of its parts; the parts themselves run with {@code scripts/gpu-check}. */
class GpuCheckTest {
  @TempDir Path folder;

  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  @Test
  void aReportSetsOurFiguresBesidePythons() throws IOException {
    write("conformance", Map.of("cases", List.of(Map.of("network", "lenet", "verdict", "agrees"))));
    write("speed", Map.of("cases", List.of(speed("fp32", 900), speed("bf16", 2500))));
    write(
        "python",
        Map.of(
            "version",
            "2.11.0",
            "device",
            "a GPU",
            "cases",
            List.of(
                Map.of(
                    "network",
                    "resnet50",
                    "batch",
                    64,
                    "precision",
                    "bf16",
                    "imagesPerSecond",
                    2000,
                    "imagesPerSecondWithCopy",
                    1250),
                Map.of(
                    "network",
                    "resnet50",
                    "batch",
                    64,
                    "precision",
                    "fp32",
                    "failure",
                    "OutOfMemoryError: CUDA out of memory"))));

    assertThat(report()).isZero();
    assertThat(text())
        .contains("1 of 1 agree")
        .containsPattern("resnet50 +64 bf16 +2,500 +2,000 +1.25 +1,250 +2.00")
        .containsPattern("resnet50 +64 fp32 +900 +- +- .*PyTorch: OutOfMemoryError");
    assertThat(ResultFile.read(folder, "gpu-check")).containsKeys("rows", "conformance", "python");
  }

  @Test
  void aReportOfPartsThatDidNotRunSaysSoAndFails() throws IOException {
    assertThat(report()).isOne();
    assertThat(text()).contains("0 of 0 agree (this part did not run)").contains("no Python");
  }

  @Test
  void aDifferenceFails() throws IOException {
    write(
        "conformance",
        Map.of("cases", List.of(Map.of("network", "cnn", "verdict", "DIFFERS in outputs"))));
    write("speed", Map.of("cases", List.of(speed("fp32", 900))));
    assertThat(report()).isOne();
    assertThat(text()).contains("0 of 1 agree").contains("DIFFERS in outputs");
  }

  @Test
  void aDistanceBeyondItsToleranceOrNoNumberDiffers() {
    Map<String, Object> result = new HashMap<>();
    Limits limits = new Limits(result);
    limits.hold("near", 1e-5, 1e-4);
    limits.hold("far", 1e-3, 1e-4);
    limits.hold("nowhere", Double.NaN, 1e-4);
    limits.conclude();
    assertThat(result).containsEntry("verdict", "DIFFERS in far, nowhere");
  }

  private static Map<String, Object> speed(String precision, double rate) {
    return Map.of(
        "network", "resnet50", "batch", 64, "precision", precision, "imagesPerSecond", rate);
  }

  private int report() throws IOException {
    return GpuCheck.run(
        List.of("report", folder.toString()),
        new PrintStream(printed, true, StandardCharsets.UTF_8));
  }

  private String text() {
    return printed.toString(StandardCharsets.UTF_8);
  }

  private void write(String part, Map<String, Object> content) throws IOException {
    Files.createDirectories(folder);
    ResultFile.write(folder.resolve(part + ".json"), content);
  }
}
