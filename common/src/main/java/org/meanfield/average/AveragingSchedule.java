package org.meanfield.average;

import java.io.Serializable;

/** How many local iterations a round has, as a function of training time alone. */
public sealed interface AveragingSchedule extends Serializable {

  /**
   * The averaging period at an iteration.
   *
   * @param iteration 0-based iteration at which the round starts
   * @return k, at least 1
   */
  int period(int iteration);

  /** The same period throughout. */
  record Constant(int period) implements AveragingSchedule {
    /** Checks the period. */
    public Constant {
      requirePositive(period);
    }

    @Override
    public int period(int iteration) {
      return period;
    }
  }

  /**
   * Merge after every iteration first, then every {@code period}. Source: post-local SGD, Lin et
   * al. 2020, "Don't use large mini-batches, use local SGD".
   *
   * @param switchIteration the first iteration with the long period
   */
  record PostLocal(int switchIteration, int period) implements AveragingSchedule {
    /** Checks the period. */
    public PostLocal {
      requirePositive(period);
    }

    @Override
    public int period(int iteration) {
      return iteration < switchIteration ? 1 : period;
    }
  }

  private static void requirePositive(int period) {
    if (period < 1) {
      throw new IllegalArgumentException("An averaging period must be at least 1; found " + period);
    }
  }
}
