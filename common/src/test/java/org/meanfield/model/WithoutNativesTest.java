package org.meanfield.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.data.ResizePolicy;

/**
 * Describing a network loads no natives: a driver may have none, and whoever loads them first
 * decides whether oneDNN is on.
 */
class WithoutNativesTest {
  @Test
  void describesNetworksWhereNd4jHasNoBackend() throws Exception {
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(entry -> !entry.contains("nd4j-native"))
            .collect(Collectors.joining(File.pathSeparator));
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                classPath,
                Program.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(java.waitFor()).as(output).isZero();
  }

  /** What runs in a JVM of its own. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) {
      ImageSpec images = new ImageSpec(32, 32, 3, ResizePolicy.STRETCH, Normalization.unitRange(3));
      ClassIndex classes = new ClassIndex(List.of("a", "b"));
      TrainingRecipe recipe = TrainingRecipe.plain(0.1, 1);
      for (String name : Architectures.names()) {
        Network network = Architectures.build(name, images, classes, recipe);
        String first = network.configuration().getVertices().keySet().iterator().next();
        ConfigurationFile.network(
                "file.json", network.withoutSchedule().configurationJson(), images, classes, recipe)
            .freezeUntil(first);
      }
    }
  }
}
