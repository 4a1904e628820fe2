package org.meanfield.train;

import org.meanfield.image.PixelImage;

/**
 * A worker's examples in a local store, numbered from 0, to be read at random by several threads.
 * Which store it is changes the time that reading takes, and no bit of what is read.
 */
public interface WorkerExamples {

  /** Number of examples. */
  int size();

  /** Pixels of example {@code index}, at the network's size. */
  PixelImage image(int index);

  /**
   * A random part of example {@code index} as it was ingested, at the network's size.
   *
   * @param seed decides which part
   * @throws IllegalStateException where the store keeps images at the network's size only
   */
  PixelImage randomPart(int index, long seed);

  /** Label of example {@code index}. */
  int label(int index);

  /** Id of example {@code index}: SHA-256 of its encoded bytes, in hex. */
  String id(int index);

  /** How many threads should read ahead of training, at least one. */
  int readers();
}
