package org.meanfield.bench;

/** One of the measurements that {@code scripts/bench} knows by name. */
interface Part {
  /** On the command line and in the names of its results. */
  String name();

  /** Measures everything that belongs to it; what cannot be measured is in the findings too. */
  Findings measure(Launch launch);
}
