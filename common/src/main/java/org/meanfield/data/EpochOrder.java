package org.meanfield.data;

/**
 * The order in which a worker sees its own examples in an epoch: a pure function of seed, epoch and
 * worker, each example exactly once.
 *
 * <p>Source: Fisher and Yates' shuffle in Durstenfeld's form (1964).
 */
public final class EpochOrder {
  private final int[] order;

  private EpochOrder(int[] order) {
    this.order = order;
  }

  /** The order for a worker with {@code examples} examples. */
  public static EpochOrder of(long seed, int epoch, int worker, int examples) {
    int[] order = new int[examples];
    for (int i = 0; i < examples; i++) {
      order[i] = i;
    }
    long base = Seeds.derive(seed, "epoch-order", epoch, worker);
    for (int i = examples - 1; i > 0; i--) {
      long draw = Seeds.draw(base, i);
      int j = (int) Math.multiplyHigh(draw & Long.MAX_VALUE, 2L * (i + 1)); // uniform in [0, i]
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return new EpochOrder(order);
  }

  /** Number of examples in the epoch. */
  public int size() {
    return order.length;
  }

  /** Which example comes at {@code position}. */
  public int example(int position) {
    return order[position];
  }
}
