package org.meanfield.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What one training gave.
 *
 * @param system which of the two
 * @param images trained on, all epochs together
 * @param imagesPerSecond over the whole training, data loading left out
 * @param testAccuracy of the final weights on the test images, in [0, 1]
 * @param software versions and backend, as the process saw them
 */
record Measurement(
    String system, long images, double imagesPerSecond, double testAccuracy, String software) {

  /** Reads what a process wrote. */
  static Measurement read(Path file) throws IOException {
    return new ObjectMapper().readValue(file.toFile(), Measurement.class);
  }

  /** Leaves the measurement for the process that compares. */
  void write(Path file) throws IOException {
    new ObjectMapper().writeValue(file.toFile(), this);
  }
}
