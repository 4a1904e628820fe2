package org.meanfield.yarn;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * The two commands of a Hadoop node that a script calls, {@code spark-submit} and {@code hadoop
 * fs}: no jar brings their launchers, so these start the same main classes.
 */
final class HadoopTools {
  private HadoopTools() {}

  /**
   * Writes them.
   *
   * @param folder to be {@code SPARK_HOME}; its {@code bin} belongs on the {@code PATH}
   * @param sparkHome with {@code jars}, which hold Hadoop's client too
   * @param program the jar that the script submits; it lies on every node and is not copied
   */
  static void write(Path folder, HadoopCluster cluster, Path sparkHome, String program)
      throws IOException {
    Path bin = Files.createDirectories(folder.resolve("bin"));
    Files.createSymbolicLink(folder.resolve("jars"), sparkHome.resolve("jars"));
    String java =
        """
        #!/usr/bin/env bash
        set -f
        unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
        export HADOOP_CONF_DIR=%1$s SPARK_SCALA_VERSION=2.12
        program=%5$s
        exec %2$s @%3$s -Xmx1g -cp '%1$s:%4$s/jars/*' \\
        """
            .formatted(
                cluster.configuration(),
                Path.of(System.getProperty("java.home"), "bin", "java"),
                Path.of("..").toAbsolutePath().normalize().resolve("conf/java17.args"),
                sparkHome,
                program);
    List<String> properties =
        List.of(
            "--conf spark.yarn.jars=local:" + sparkHome + "/jars/*",
            "--conf spark.hadoop.yarn.resourcemanager.scheduler.address="
                + cluster.schedulerAddress(),
            "--conf spark.ui.enabled=false");
    writeScript(
        bin.resolve("spark-submit"),
        java
            + "  org.apache.spark.deploy.SparkSubmit "
            + String.join(" ", properties)
            + " \"${@/#$program/local:$program}\"\n");
    writeScript(bin.resolve("hadoop"), java + "  org.apache.hadoop.fs.FsShell \"${@:2}\"\n");
  }

  private static void writeScript(Path script, String content) throws IOException {
    Files.writeString(script, content);
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
