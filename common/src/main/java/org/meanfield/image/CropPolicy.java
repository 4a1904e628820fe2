package org.meanfield.image;

/** What part of a training image the network sees. */
public enum CropPolicy {
  /** The image at the network's size, moved a little within its own mirror images. */
  PADDED,
  /** A random part of the image as it was ingested, brought to the network's size. */
  RESIZED
}
