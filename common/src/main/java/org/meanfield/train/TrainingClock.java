package org.meanfield.train;

/**
 * The only notion of training time. Counts what is merged, so it means the same on every machine.
 *
 * @param round merged rounds
 * @param iteration steps of each worker, all rounds together
 * @param epoch complete passes, so also the 0-based number of the current one
 * @param epochIteration steps of each worker in the current epoch
 * @param examples images trained on, all workers together
 */
public record TrainingClock(
    int round, int iteration, int epoch, int epochIteration, long examples) {
  /** Before the first round. */
  public static final TrainingClock START = new TrainingClock(0, 0, 0, 0, 0);
}
