package org.meanfield.evaluate;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether probabilities mean what they say: of the examples given 80 %, 80 % should be right.
 * Merges in any order to the same figures. Source: Guo et al., On Calibration of Modern Neural
 * Networks, ICML 2017, with its 15 bins of equal width.
 */
final class Calibration implements Serializable {
  static final int BINS = 15;
  private static final long serialVersionUID = 1L;
  private final long[] examples = new long[BINS];
  private final long[] correct = new long[BINS];
  private final ExactSum[] confidence = new ExactSum[BINS];

  Calibration() {
    for (int bin = 0; bin < BINS; bin++) {
      confidence[bin] = new ExactSum();
    }
  }

  /** Counts one rightly classified example. */
  void addRight(double probability) {
    correct[count(probability)]++;
  }

  /** Counts one wrongly classified example. */
  void addWrong(double probability) {
    count(probability);
  }

  /** Adds all counts of another calibration. */
  void merge(Calibration other) {
    for (int bin = 0; bin < BINS; bin++) {
      examples[bin] += other.examples[bin];
      correct[bin] += other.correct[bin];
      confidence[bin].merge(other.confidence[bin]);
    }
  }

  /** All bins from 0 to 1. */
  List<CalibrationBin> bins() {
    List<CalibrationBin> bins = new ArrayList<>(BINS);
    for (int bin = 0; bin < BINS; bin++) {
      double accuracy = examples[bin] == 0 ? 0 : (double) correct[bin] / examples[bin];
      bins.add(
          new CalibrationBin(
              (double) bin / BINS,
              (bin + 1.0) / BINS,
              examples[bin],
              confidence[bin].mean(examples[bin]),
              accuracy));
    }
    return List.copyOf(bins);
  }

  /**
   * The mean distance between confidence and accuracy, bins weighted by their examples, summed in
   * bin order.
   */
  static double expectedError(List<CalibrationBin> bins) {
    long total = bins.stream().mapToLong(CalibrationBin::examples).sum();
    double sum = 0;
    for (CalibrationBin bin : bins) {
      sum += bin.examples() * Math.abs(bin.accuracy() - bin.confidence());
    }
    return total == 0 ? 0 : sum / total;
  }

  private int count(double probability) {
    int bin = Math.max(0, Math.min(BINS - 1, (int) Math.ceil(probability * BINS) - 1));
    examples[bin]++;
    confidence[bin].add(probability);
    return bin;
  }
}
