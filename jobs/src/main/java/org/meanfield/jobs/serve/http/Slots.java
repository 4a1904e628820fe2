package org.meanfield.jobs.serve.http;

import java.util.concurrent.atomic.AtomicInteger;

/** Counts what goes on at once, and says when it is enough. */
final class Slots {
  private final AtomicInteger taken = new AtomicInteger();

  /**
   * Takes one.
   *
   * @param limit how many may be taken at once
   * @return false where all are; then {@link #giveBack} must not be called
   */
  boolean take(int limit) {
    while (true) {
      int now = taken.get();
      if (now >= limit) {
        return false;
      }
      if (taken.compareAndSet(now, now + 1)) {
        return true;
      }
    }
  }

  /** Gives back one that was taken. */
  void giveBack() {
    taken.decrementAndGet();
  }

  /** How many are taken. */
  int taken() {
    return taken.get();
  }
}
