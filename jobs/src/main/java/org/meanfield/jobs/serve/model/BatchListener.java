package org.meanfield.jobs.serve.model;

/** Is told about every batch, on the lane's thread. */
@FunctionalInterface
public interface BatchListener {
  /**
   * A batch was computed.
   *
   * @param images in it
   * @param nanoseconds that the network took
   */
  void computed(int images, long nanoseconds);
}
