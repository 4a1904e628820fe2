package org.meanfield.bench;

/**
 * How long is measured.
 *
 * @param warmUpSeconds before the first window
 * @param windows that count
 * @param windowSeconds of each; a step that has begun is finished
 * @param afterSeconds for which it goes on, so that a process beside it has company to its end
 */
record Timing(double warmUpSeconds, int windows, double windowSeconds, double afterSeconds) {
  /** Of a process that has the machine to itself. */
  static Timing alone(Extent extent) {
    return extent.choose(new Timing(4, 7, 1.5, 0), new Timing(0.1, 2, 0.1, 0));
  }

  /** Of processes beside each other. */
  static Timing together(Extent extent) {
    return extent.choose(new Timing(5, 5, 3, 5), new Timing(0.1, 2, 0.1, 0.1));
  }
}
