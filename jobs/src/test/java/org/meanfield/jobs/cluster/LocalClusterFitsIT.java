package org.meanfield.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.jobs.dl4j.LocalClusterFits;

/** A program of DL4J's on executors that are processes of their own. */
class LocalClusterFitsIT {
  @TempDir private Path folder;

  @Test
  void theWeightsAreThoseOfLocalThreadsAndExecutorsLetGoWhatTheDriverReleases() {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "@" + LaunchedProgram.projectFolder().resolve("conf/java17.args"),
            "-Xmx1g",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            LocalClusterFits.class.getName());
    try (ClusterProcess program =
        ClusterProcess.start(folder.resolve("log/program.log"), command)) {
      assertThat(program.exitCode(180)).as(program::output).isZero();
      Map<String, String> told = told(program.output());
      assertThat(told.get("cluster")).matches("[0-9a-f]{64}").isEqualTo(told.get("threads"));
      assertThat(told.get("kept")).as("shards by executor").matches("\\{0=[12], 1=[12]}");
      assertThat(told.get("left")).as("shards by executor").isEqualTo("{0=0, 1=0}");
    }
  }

  private static Map<String, String> told(String output) {
    return output
        .lines()
        .filter(line -> line.matches("(cluster|threads|kept|left) .*"))
        .collect(
            Collectors.toMap(
                line -> line.substring(0, line.indexOf(' ')),
                line -> line.substring(line.indexOf(' ') + 1),
                (first, again) -> again,
                HashMap::new));
  }
}
