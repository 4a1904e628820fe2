package org.meanfield.architecture.offences.train;

import java.time.Instant;
import org.meanfield.architecture.offences.data.Point;

/** Gives another result every time. */
public final class Rolls {
  private Rolls() {}

  static Point roll() {
    return new Point((int) (6 * Math.random()), (int) Instant.now().toEpochMilli());
  }
}
