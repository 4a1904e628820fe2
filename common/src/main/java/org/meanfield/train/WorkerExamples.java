package org.meanfield.train;

/**
 * A worker's examples in a local store, numbered from 0, to be read at random by several threads.
 * Which store it is changes the time that reading takes, and no bit of what is read.
 */
public interface WorkerExamples {

  /** Number of examples. */
  int size();

  /** Id of example {@code index}: SHA-256 of its content, in hex. */
  String id(int index);

  /** How many threads should read ahead of training, at least one. */
  int readers();

  /**
   * What makes a worker's minibatches of an epoch.
   *
   * @param plan what is to be done to the examples
   * @throws IllegalStateException where these examples cannot be treated as the plan says
   */
  MinibatchMaker maker(TrainingPlan plan, int worker, int epoch);
}
