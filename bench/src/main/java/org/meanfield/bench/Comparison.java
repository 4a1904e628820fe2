package org.meanfield.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * All pairs of one launch: what is written as JSON and shown as a table.
 *
 * @param experiment what both did
 * @param pairs in the order measured
 * @param machine where and when
 * @param commit of the program
 */
record Comparison(Experiment experiment, List<Pair> pairs, Machine machine, String commit) {

  /**
   * Two trainings, one after the other.
   *
   * @param stock DL4J's own
   * @param meanfield ours
   * @param ratio of their images/s
   */
  record Pair(Measurement stock, Measurement meanfield, double ratio) {
    Pair(Measurement stock, Measurement meanfield) {
      this(stock, meanfield, meanfield.imagesPerSecond() / stock.imagesPerSecond());
    }
  }

  /** The middle ratio. */
  double medianRatio() {
    double[] sorted = pairs.stream().mapToDouble(Pair::ratio).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** As a page. */
  String markdown() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "| pair | stock DL4J, images/s | Meanfield, images/s | ratio | stock accuracy | Meanfield accuracy |");
    lines.add("|---|---|---|---|---|---|");
    for (int i = 0; i < pairs.size(); i++) {
      Pair pair = pairs.get(i);
      lines.add(
          String.format(
              Locale.ROOT,
              "| %d | %,.0f | %,.0f | %.2f | %.2f %% | %.2f %% |",
              i + 1,
              pair.stock().imagesPerSecond(),
              pair.meanfield().imagesPerSecond(),
              pair.ratio(),
              100 * pair.stock().testAccuracy(),
              100 * pair.meanfield().testAccuracy()));
    }
    lines.add("");
    lines.add(
        String.format(
            Locale.ROOT,
            "Ratio: median %.2f, lowest %.2f, highest %.2f; n = %d pairs, %d epochs each.",
            medianRatio(),
            ratios().min().orElseThrow(),
            ratios().max().orElseThrow(),
            pairs.size(),
            experiment.epochs()));
    lines.add("");
    lines.add(
        String.format(
            Locale.ROOT,
            "%s, %d cores, %d GiB; %s; %s; load before: %s; finished %s; commit %s.",
            machine.processor(),
            machine.cores(),
            machine.memoryGiB(),
            machine.system(),
            machine.java(),
            machine.loadBefore(),
            machine.finished(),
            commit));
    lines.add("");
    lines.add("Stock: " + pairs.get(0).stock().software() + ".");
    lines.add("Meanfield: " + pairs.get(0).meanfield().software() + ".");
    return String.join("\n", lines) + "\n";
  }

  private DoubleStream ratios() {
    return pairs.stream().mapToDouble(Pair::ratio);
  }
}
