package org.meanfield.jobs.spark.exchange;

import java.util.List;
import java.util.Optional;

/** What a message of an exchange carries. */
enum Phase {
  /** Nothing: a connection introduces itself. */
  HELLO(0),
  /** To a slice's owner: the units that the sender's workers need. */
  UNITS_WANTED(1),
  /** From a slice's owner: the units of all. */
  UNITS_AGREED(2),
  /** To a slice's owner: one worker's state, or the sum of several workers' moves. */
  MOVES(3),
  /** From a slice's owner: the mean. */
  MEAN(4);

  private static final List<Phase> ALL = List.of(values());
  private final int code;

  Phase(int code) {
    this.code = code;
  }

  /** On the wire. */
  int code() {
    return code;
  }

  static Optional<Phase> of(int code) {
    return ALL.stream().filter(phase -> phase.code == code).findFirst();
  }
}
