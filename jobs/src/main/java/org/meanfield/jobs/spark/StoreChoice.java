package org.meanfield.jobs.spark;

import java.io.Serializable;
import org.meanfield.data.ImageSpec;

/**
 * What executors keep of their workers' examples. Changes where time and memory go, never a bit of
 * what is trained.
 *
 * @param form encoded images or pixels
 * @param decodeThreads that decode ahead for each worker in training; 0 for the cores that the
 *     executor's tasks leave free, at least one
 */
public record StoreChoice(Form form, int decodeThreads) implements Serializable {
  private static final int RECORD_BYTES = 36; // label and id beside the pixels

  /** What can be stored. */
  public enum Form {
    /** Images as they were ingested, decoded each time they are read. */
    ENCODED,
    /** Pixels at the network's size. */
    DECODED
  }

  /** Pixels, which is right for everything that fits into memory. */
  public static final StoreChoice DECODED = new StoreChoice(Form.DECODED, 1);

  /**
   * Pixels where those of all examples fit into a budget, else images.
   *
   * @param examples in all shards
   * @param budgetBytes that all executors together have for them
   */
  public static Form within(long budgetBytes, long examples, ImageSpec spec) {
    return examples * (RECORD_BYTES + (long) spec.values()) <= budgetBytes
        ? Form.DECODED
        : Form.ENCODED;
  }
}
