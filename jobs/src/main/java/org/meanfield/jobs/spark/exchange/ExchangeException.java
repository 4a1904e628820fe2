package org.meanfield.jobs.spark.exchange;

import java.util.Arrays;
import java.util.List;

/** An exchange that cannot go on: a peer is gone, too late, or not what it should be. */
public final class ExchangeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int[] late;

  /** The message says which peer, in which round, and what was expected of it. */
  ExchangeException(String message) {
    super(message);
    this.late = new int[0];
  }

  /** As {@link #ExchangeException(String)}, with the failure underneath. */
  ExchangeException(String message, Throwable cause) {
    super(message, cause);
    this.late = new int[0];
  }

  /** A deadline passed before these peers, by index, had sent. */
  ExchangeException(String message, List<Integer> late) {
    super(message);
    this.late = late.stream().mapToInt(Integer::intValue).toArray();
  }

  /**
   * Peers, by index, from which nothing came until the deadline. One that hangs makes others late,
   * which then say so themselves.
   */
  public List<Integer> late() {
    return Arrays.stream(late).boxed().toList();
  }
}
