package org.meanfield.average;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.meanfield.average.OuterOptimizer.LookAhead;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;

class OuterOptimizerTest {
  private final ModelState before = state(2, 7);
  private final ModelState mean = state(1, 9);

  @Test
  void plainAveragingReturnsTheMeanItself() {
    assertThat(OuterOptimizer.PLAIN.step(before, mean, FloatVector.empty()).state()).isSameAs(mean);
  }

  @Test
  void theStepGoesFromTheOldStateTowardsTheMean() {
    OuterOptimizer half = new OuterOptimizer(0.5, 0, LookAhead.NONE);
    ModelState after = half.step(before, mean, FloatVector.empty()).state();
    assertThat(after.parameters().get(0)).isEqualTo(1.5f);
    assertThat(after.updaterState()).isEqualTo(mean.updaterState());
  }

  @Test
  void momentumCarriesTheMoveOn() {
    OuterOptimizer slow = new OuterOptimizer(1, 0.5, LookAhead.NONE);
    OuterOptimizer.Step first = slow.step(before, mean, FloatVector.empty());
    assertThat(first.state().parameters().get(0)).isEqualTo(1f); // v = 1
    OuterOptimizer.Step second = slow.step(first.state(), state(1, 0), first.velocity());
    assertThat(second.state().parameters().get(0)).isEqualTo(0.5f); // v = 0.5
  }

  @Test
  void nesterovLooksAhead() {
    OuterOptimizer nesterov = new OuterOptimizer(1, 0.5, LookAhead.NESTEROV);
    ModelState after = nesterov.step(before, mean, FloatVector.empty()).state();
    assertThat(after.parameters().get(0)).isEqualTo(0.5f); // 2 - (1 + 0.5 * 1)
  }

  @Test
  void rangesAreChecked() {
    assertThatThrownBy(() -> new OuterOptimizer(0, 0, LookAhead.NONE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new OuterOptimizer(1, 1, LookAhead.NONE))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static ModelState state(float parameter, float updater) {
    return new ModelState(
        FloatVector.wrap(new float[] {parameter}), FloatVector.wrap(new float[] {updater}));
  }
}
