package org.meanfield.train;

import java.io.Serializable;

/**
 * Where a worker's time went in one round, in seconds.
 *
 * @param compute in the network's steps
 * @param data waiting for minibatches
 * @param exchange receiving, loading, copying and encoding states
 */
public record WorkerTime(double compute, double data, double exchange) implements Serializable {
  /** With more time spent on exchange. */
  public WorkerTime plusExchange(double seconds) {
    return new WorkerTime(compute, data, exchange + seconds);
  }
}
