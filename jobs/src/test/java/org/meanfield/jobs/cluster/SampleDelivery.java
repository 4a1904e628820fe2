package org.meanfield.jobs.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * New labelled images as they arrive for a retrain: the sample of Fashion-MNIST, with its tests.
 */
final class SampleDelivery {
  private SampleDelivery() {}

  /** Delivers it below a folder of deliveries. */
  static void into(Path deliveries) throws IOException {
    Path sample =
        LaunchedProgram.projectFolder().resolve("jobs/src/test/resources/fashion-mnist-sample");
    Path delivery = Files.createDirectories(deliveries.resolve("day-1"));
    try (Stream<Path> files = Files.list(sample)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".gz")).toList()) {
        Files.copy(file, delivery.resolve(file.getFileName().toString()));
      }
    }
  }
}
