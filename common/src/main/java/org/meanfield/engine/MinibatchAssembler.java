package org.meanfield.engine;

import java.util.Arrays;
import java.util.List;
import org.meanfield.data.ImageSpec;
import org.meanfield.image.PixelImage;
import org.meanfield.model.FloatVector;

/**
 * Turns decoded images into a {@link Minibatch}: normalised, channels first. The same code trains
 * and scores.
 */
public final class MinibatchAssembler {
  private final ImageSpec spec;
  private final float[][] normalized; // [channel][pixel value]

  /** For images of one spec. */
  public MinibatchAssembler(ImageSpec spec) {
    this.spec = spec;
    this.normalized = new float[spec.channels()][256];
    for (int channel = 0; channel < spec.channels(); channel++) {
      float mean = spec.normalization().mean().get(channel);
      float deviation = spec.normalization().deviation().get(channel);
      for (int value = 0; value < 256; value++) {
        normalized[channel][value] = (value - mean) / deviation;
      }
    }
  }

  /**
   * A minibatch without targets, for prediction. Errors: images of another size than the spec's.
   */
  public Minibatch forScoring(List<PixelImage> images) {
    return new Minibatch(images.size(), pixels(images), FloatVector.empty());
  }

  /**
   * A minibatch for a training step.
   *
   * @param labels one per image
   * @param classes number of classes K
   * @param labelSmoothing epsilon: the true class gets {@code 1 - epsilon + epsilon / K}, each
   *     other {@code epsilon / K} (Szegedy et al. 2016)
   */
  public Minibatch forTraining(
      List<PixelImage> images, int[] labels, int classes, double labelSmoothing) {
    float rest = (float) (labelSmoothing / classes);
    float target = (float) (1 - labelSmoothing + labelSmoothing / classes);
    float[] targets = new float[images.size() * classes];
    Arrays.fill(targets, rest);
    for (int i = 0; i < labels.length; i++) {
      targets[i * classes + labels[i]] = target;
    }
    return new Minibatch(images.size(), pixels(images), FloatVector.wrap(targets));
  }

  private FloatVector pixels(List<PixelImage> images) {
    int plane = spec.height() * spec.width();
    float[] pixels = new float[images.size() * spec.values()];
    int offset = 0;
    for (PixelImage image : images) {
      if (image.height() != spec.height()
          || image.width() != spec.width()
          || image.channels() != spec.channels()) {
        throw new IllegalArgumentException(
            "An image of "
                + image.height()
                + "x"
                + image.width()
                + "x"
                + image.channels()
                + " does not fit the network's "
                + spec.height()
                + "x"
                + spec.width()
                + "x"
                + spec.channels());
      }
      for (int channel = 0; channel < spec.channels(); channel++) {
        image.putNormalized(channel, normalized[channel], pixels, offset);
        offset += plane;
      }
    }
    return FloatVector.wrap(pixels);
  }
}
