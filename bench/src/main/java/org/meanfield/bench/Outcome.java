package org.meanfield.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** What became of one measurement: figures, or the reason why there are none. */
sealed interface Outcome {

  /** The middle one of the windows; empty where nothing was measured. */
  OptionalDouble median();

  /**
   * Figures of one system.
   *
   * @param windows one figure for each window, in the order measured, warm-up left out
   * @param software versions and backend, as the measured process saw them
   * @param figures others about the same process, by name
   */
  record Measured(List<Double> windows, String software, Map<String, Double> figures)
      implements Outcome {
    /** Copies. */
    public Measured {
      windows = List.copyOf(windows);
      figures = Map.copyOf(figures);
    }

    @Override
    public OptionalDouble median() {
      if (windows.isEmpty()) {
        return OptionalDouble.empty();
      }
      double[] sorted = windows.stream().mapToDouble(Double::doubleValue).sorted().toArray();
      int middle = sorted.length / 2;
      return OptionalDouble.of(
          sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2);
    }

    /** The lowest window. */
    double lowest() {
      return windows.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }

    /** The highest window. */
    double highest() {
      return windows.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }

    /** The same with one more figure. */
    Measured with(String name, double value) {
      Map<String, Double> more = new TreeMap<>(figures);
      more.put(name, value);
      return new Measured(windows, software, more);
    }

    /** Leaves the figures for the process that compares. */
    void write(Path file) throws IOException {
      new ObjectMapper().writeValue(file.toFile(), this);
    }

    /** Leaves the figures of several systems. */
    static void writeAll(List<Measured> measured, Path file) throws IOException {
      new ObjectMapper().writeValue(file.toFile(), measured);
    }

    /** Reads what {@link #writeAll} left. */
    static List<Measured> readAll(Path file) throws IOException {
      return List.of(new ObjectMapper().readValue(file.toFile(), Measured[].class));
    }

    /** Reads what a process left. */
    static Measured read(Path file) throws IOException {
      return new ObjectMapper().readValue(file.toFile(), Measured.class);
    }
  }

  /**
   * Nothing was measured.
   *
   * @param reason in the words of what failed
   */
  record Missing(String reason) implements Outcome {
    @Override
    public OptionalDouble median() {
      return OptionalDouble.empty();
    }
  }
}
