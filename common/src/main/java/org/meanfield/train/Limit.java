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
  /** Tasks of a resident round that wait for the slowest one. */
  WAITING,
  /** Starting tasks; where each round is a job, waiting for the slowest one as well. */
  SCHEDULING;

  /** The name in the journal and on the console: the lower-case word. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
