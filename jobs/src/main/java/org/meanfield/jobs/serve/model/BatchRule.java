package org.meanfield.jobs.serve.model;

import java.time.Duration;

/**
 * How requests are put together for the network.
 *
 * @param lanes batches that are computed at once, each on a thread of its own
 * @param maxImages in a batch
 * @param maxDelay how long an image may wait for others while a lane is free
 */
public record BatchRule(int lanes, int maxImages, Duration maxDelay) {
  /** Checks the limits. */
  public BatchRule {
    if (lanes < 1 || maxImages < 1 || maxDelay.isNegative()) {
      throw new IllegalArgumentException(
          "A batch rule needs a lane, an image and a delay of 0 or more; found "
              + lanes
              + ", "
              + maxImages
              + " and "
              + maxDelay);
    }
  }
}
