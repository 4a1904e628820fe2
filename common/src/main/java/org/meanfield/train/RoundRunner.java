package org.meanfield.train;

import java.util.function.Consumer;
import org.meanfield.error.DivergedException;

/**
 * Runs rounds, somewhere: every worker trains, the states are merged where that runner merges. All
 * runners give the same bits.
 */
public interface RoundRunner extends AutoCloseable {
  /**
   * Runs rounds one after the other, each from what the one before it merged.
   *
   * @param stretch rounds to run
   * @param start merged state that the first of them starts from
   * @param told each round once, in order, after it was merged, with its state where the stretch
   *     wants that
   * @return what the last of them merged
   * @throws DivergedException where a loss or a weight is not finite; the rounds before were told
   */
  MergedState run(Stretch stretch, MergedState start, Consumer<MergedRound> told);

  /** How many workers can train at the same time. */
  int parallelism();

  /** Frees replicas and data. */
  @Override
  void close();
}
