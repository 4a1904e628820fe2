package org.meanfield.average;

/**
 * A range of a flat state: parameters, then updater state. Starts and ends at a block's boundary,
 * but for the end of the state, so that every block is merged in one place.
 *
 * @param from first index
 * @param to index after the last
 */
public record Slice(int from, int to) {
  /** Values of a block: those that share a scale. */
  public static final int BLOCK = 256;

  /** Checks that no block is cut at its start. */
  public Slice {
    if (from < 0 || to < from || (from % BLOCK != 0 && from != to)) {
      throw new IllegalArgumentException(
          "A slice starts at a multiple of " + BLOCK + "; found " + from + " to " + to);
    }
  }

  /** Everything. */
  public static Slice all(int length) {
    return new Slice(0, length);
  }

  /**
   * One of {@code parts} slices of nearly the same size, together all of a state.
   *
   * @param index 0-based
   * @param length of the flat state
   */
  public static Slice of(int index, int parts, int length) {
    long blocks = ((long) length + BLOCK - 1) / BLOCK;
    long from = blocks * index / parts * BLOCK;
    long to = blocks * (index + 1) / parts * BLOCK;
    return new Slice((int) Math.min(from, length), (int) Math.min(to, length));
  }

  /** Number of values. */
  public int length() {
    return to - from;
  }

  /** Number of blocks, the last of which may be short. */
  public int blocks() {
    return (length() + BLOCK - 1) / BLOCK;
  }
}
