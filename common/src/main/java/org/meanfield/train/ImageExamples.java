package org.meanfield.train;

import org.meanfield.image.PixelImage;

/** Images with a class each, augmented and normalised while minibatches are made. */
public interface ImageExamples extends WorkerExamples {

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

  @Override
  default MinibatchMaker maker(TrainingPlan plan, int worker, int epoch) {
    return new ImageMinibatches(this, plan, worker, epoch);
  }
}
