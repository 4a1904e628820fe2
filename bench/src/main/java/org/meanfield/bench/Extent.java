package org.meanfield.bench;

/** How much is measured. */
enum Extent {
  /** What counts. */
  FULL,
  /** A trial with tiny settings: shows that everything runs, and nothing else. */
  QUICK;

  /** One of two values. */
  <T> T choose(T full, T quick) {
    return this == FULL ? full : quick;
  }
}
