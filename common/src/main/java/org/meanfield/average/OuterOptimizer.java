package org.meanfield.average;

import java.io.Serializable;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;

/**
 * The coordinator's own optimiser: takes the merged move of a round as a gradient. With {@code x}
 * the state before the round and {@code y} the replicas' mean after it: {@code delta = x - y; v =
 * beta v + delta;} then {@code x = x - alpha v}, or with Nesterov's look-ahead {@code x = x - alpha
 * (delta + beta v)}. Acts on the parameters; the updater state is the replicas' mean.
 *
 * <p>Source: BMUF (Chen and Huo 2016), SlowMo (Wang et al. 2020) and DiLoCo (Douillard et al. 2023)
 * are settings of it; alpha = 1, beta = 0 is plain parameter averaging.
 *
 * @param learningRate alpha, positive
 * @param momentum beta, in [0, 1)
 * @param lookAhead whether the step looks ahead
 */
public record OuterOptimizer(double learningRate, double momentum, LookAhead lookAhead)
    implements Serializable {

  /** Which form the step takes. */
  public enum LookAhead {
    /** Classical momentum. */
    NONE,
    /** Nesterov's momentum. */
    NESTEROV
  }

  /** Plain parameter averaging: the mean becomes the state. */
  public static final OuterOptimizer PLAIN = new OuterOptimizer(1, 0, LookAhead.NONE);

  /** Checks the ranges. */
  public OuterOptimizer {
    if (!(learningRate > 0) || !(momentum >= 0) || !(momentum < 1)) {
      throw new IllegalArgumentException(
          "The outer step needs a positive learning rate and a momentum in [0, 1); found "
              + learningRate
              + " and "
              + momentum);
    }
  }

  /** True where the step returns the mean itself, bit for bit. */
  public boolean isPlain() {
    return learningRate == 1 && momentum == 0;
  }

  /**
   * One outer step.
   *
   * @param before merged state before the round
   * @param mean of the replicas after the round
   * @param velocity from the step before; empty at the start and for plain averaging
   */
  public Step step(ModelState before, ModelState mean, FloatVector velocity) {
    if (isPlain()) {
      return new Step(mean, FloatVector.empty());
    }
    int length = mean.parameters().length();
    float[] moved = new float[length];
    float[] next = new float[length];
    for (int i = 0; i < length; i++) {
      double x = before.parameters().get(i);
      double delta = x - mean.parameters().get(i);
      double v = momentum * (velocity.length() == 0 ? 0 : velocity.get(i)) + delta;
      double move = lookAhead == LookAhead.NESTEROV ? delta + momentum * v : v;
      moved[i] = (float) (x - learningRate * move);
      next[i] = (float) v;
    }
    return new Step(
        new ModelState(FloatVector.wrap(moved), mean.updaterState()), FloatVector.wrap(next));
  }

  /**
   * What a step gives.
   *
   * @param state the merged state that the next round starts from
   * @param velocity to hand to the next step
   */
  public record Step(ModelState state, FloatVector velocity) {}
}
