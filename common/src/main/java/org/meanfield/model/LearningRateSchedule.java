package org.meanfield.model;

import java.util.List;

/**
 * How the learning rate moves during training, as a factor of the base rate. Pure functions of the
 * iteration and the length of training, so that a schedule means the same for every number of
 * workers, minibatch size and engine. All points in time are fractions of the training: 0 is its
 * start, 1 its end.
 */
public sealed interface LearningRateSchedule {

  /** Fraction of the training in which the factor rises linearly to 1, in [0, 1). */
  double warmup();

  /**
   * The factor after the warm-up.
   *
   * @param progress fraction of the time after the warm-up that has passed, in [0, 1]
   */
  double factorAfterWarmup(double progress);

  /**
   * The factor for one iteration. The warm-up starts above zero: with w warm-up iterations,
   * iteration i gets (i + 1) / w. Past the end it stays as it was there.
   *
   * @param iteration 0-based
   * @param totalIterations of one worker in the whole training, positive
   */
  default double factor(int iteration, int totalIterations) {
    int warmupIterations = (int) Math.round(warmup() * totalIterations);
    if (iteration < warmupIterations) {
      return (iteration + 1.0) / warmupIterations;
    }
    int rest = Math.max(1, totalIterations - warmupIterations);
    return factorAfterWarmup(Math.min(1.0, (double) (iteration - warmupIterations) / rest));
  }

  /** The base rate all the time. */
  record Constant(double warmup) implements LearningRateSchedule {
    /** Checks the warm-up. */
    public Constant {
      checkWarmup(warmup);
    }

    @Override
    public double factorAfterWarmup(double progress) {
      return 1;
    }
  }

  /**
   * Multiplied by a factor at fixed points of the training.
   *
   * @param at points of the whole training (warm-up included) in (0, 1), rising
   * @param by the factor of each step, in (0, 1]
   */
  record Step(double warmup, List<Double> at, double by) implements LearningRateSchedule {
    /** Copies and checks the steps. */
    public Step {
      checkWarmup(warmup);
      at = List.copyOf(at);
      double before = 0;
      for (double point : at) {
        if (!(point > before && point < 1)) {
          throw new IllegalArgumentException(
              "The steps of the learning rate must rise between 0 and 1; found " + at);
        }
        before = point;
      }
      if (!(by > 0 && by <= 1)) {
        throw new IllegalArgumentException("A step's factor must lie in (0, 1]; found " + by);
      }
    }

    @Override
    public double factorAfterWarmup(double progress) {
      double time = warmup + progress * (1 - warmup);
      // The slack lets a step at 0.5 take place in iteration 50 of 100, whatever rounding did.
      long passed = at.stream().filter(point -> time >= point - 1e-9).count();
      return Math.pow(by, (double) passed);
    }
  }

  /**
   * Half a cosine from 1 down to {@code floor}. Source: Loshchilov and Hutter 2017, without
   * restarts.
   *
   * @param floor the factor at the end, in [0, 1]
   */
  record Cosine(double warmup, double floor) implements LearningRateSchedule {
    /** Checks the floor. */
    public Cosine {
      checkWarmup(warmup);
      if (!(floor >= 0 && floor <= 1)) {
        throw new IllegalArgumentException("The cosine's floor must lie in [0, 1]; found " + floor);
      }
    }

    @Override
    public double factorAfterWarmup(double progress) {
      return floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress));
    }
  }

  private static void checkWarmup(double warmup) {
    if (!(warmup >= 0 && warmup < 1)) {
      throw new IllegalArgumentException(
          "The warm-up is a fraction of the training in [0, 1); found " + warmup);
    }
  }
}
