package org.meanfield.data;

import java.io.Serializable;

/**
 * What a network is fed: every image becomes {@code channels x height x width} normalised floats.
 * The same spec trains, scores and serves.
 *
 * @param height in pixels
 * @param width in pixels
 * @param channels 1 (grey) or 3 (red, green, blue, in this order); arrays that come from no picture
 *     may have any number
 * @param resize for images of another size
 * @param normalization per channel
 */
public record ImageSpec(
    int height, int width, int channels, ResizePolicy resize, Normalization normalization)
    implements Serializable {

  /** Checks the shape. */
  public ImageSpec {
    if (height < 1 || width < 1 || channels < 1) {
      throw new IllegalArgumentException(
          "An image spec needs a positive size and at least one channel; found "
              + height
              + "x"
              + width
              + "x"
              + channels);
    }
    if (normalization.mean().size() != channels) {
      throw new IllegalArgumentException(
          "The normalization has "
              + normalization.mean().size()
              + " channels, the spec "
              + channels);
    }
  }

  /** Values in one image: height x width x channels. */
  public int values() {
    return height * width * channels;
  }
}
