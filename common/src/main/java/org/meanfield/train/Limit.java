package org.meanfield.train;

import java.util.Locale;

/** What limits the speed of a round. */
public enum Limit {
  /** The networks' steps: where it should be. */
  COMPUTE,
  /** Reading, decoding and augmenting images. */
  DATA,
  /** Moving, loading and merging states. */
  EXCHANGE,
  /** Starting tasks, and waiting for the slowest worker. */
  SCHEDULING;

  /** The name in the journal and on the console: the lower-case word. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
