package org.meanfield.jobs.spark;

import java.io.Serializable;

/**
 * An example on its way to its worker. Not a value to compare: the array is handed on, never
 * changed.
 */
final class EncodedExample implements Serializable {
  private static final long serialVersionUID = 1L;

  private final int label;
  private final byte[] image;

  EncodedExample(int label, byte[] image) {
    this.label = label;
    this.image = image;
  }

  int label() {
    return label;
  }

  byte[] image() {
    return image;
  }
}
