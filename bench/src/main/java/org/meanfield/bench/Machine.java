package org.meanfield.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Where and when it was measured.
 *
 * @param processor model name
 * @param cores that the JVM sees
 * @param memoryGiB of the machine
 * @param system kernel and its version, without what a distributor adds
 * @param java version
 * @param started UTC
 * @param finished UTC
 * @param loadBefore what else ran before the first training: the load average of one minute
 */
record Machine(
    String processor,
    int cores,
    long memoryGiB,
    String system,
    String java,
    String started,
    String finished,
    String loadBefore) {

  /**
   * This one, at the end of a measurement.
   *
   * @param started when it began
   * @param loadBefore the load average at that time
   */
  static Machine now(Instant started, String loadBefore) {
    return new Machine(
        field("/proc/cpuinfo", "model name") + ", family " + field("/proc/cpuinfo", "cpu family"),
        Runtime.getRuntime().availableProcessors(),
        Math.round(
            Double.parseDouble(field("/proc/meminfo", "MemTotal").replaceAll("\\D", ""))
                / (1 << 20)),
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version").replaceFirst("[^0-9.].*", ""),
        System.getProperty("java.vendor") + " " + System.getProperty("java.runtime.version"),
        started.truncatedTo(ChronoUnit.MINUTES).toString(),
        Instant.now().truncatedTo(ChronoUnit.MINUTES).toString(),
        loadBefore);
  }

  /** The load average of the last minute. */
  static String load() {
    return firstLine("/proc/loadavg").split(" ")[0];
  }

  private static String field(String file, String name) {
    try {
      return Files.readAllLines(Path.of(file)).stream()
          .filter(line -> line.startsWith(name))
          .findFirst()
          .map(line -> line.substring(line.indexOf(':') + 1).trim())
          .orElse("0");
    } catch (IOException e) {
      return "0"; // not a Linux: the figure is left out, the measurement stands
    }
  }

  private static String firstLine(String file) {
    try {
      return Files.readAllLines(Path.of(file)).get(0);
    } catch (IOException e) {
      return "?";
    }
  }
}
