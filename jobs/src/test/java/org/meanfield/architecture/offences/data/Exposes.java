package org.meanfield.architecture.offences.data;

/** Lets anyone overwrite its content. */
class Exposes {
  public final int[] counts = {1, 2};
}
