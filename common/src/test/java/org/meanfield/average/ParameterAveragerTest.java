package org.meanfield.average;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;

class ParameterAveragerTest {
  @Test
  void identicalStatesAverageToAnyOneOfThem() {
    // Weights whose moves are small, as training makes them; and values far from zero.
    float[] base = States.base(1, 1000);
    float[] moved = base.clone();
    for (int i = 0; i < moved.length; i++) {
      moved[i] += 0.001f * (moved[i] + 0.01f);
    }
    for (int workers = 2; workers <= 9; workers++) {
      List<WeightedState> same = Collections.nCopies(workers, new WeightedState(state(moved), 977));
      ModelState mean = ParameterAverager.average(state(base), same, ExchangeCodec.FP32);
      for (int i = 0; i < moved.length; i++) {
        double tolerance = Math.abs(moved[i]) > 1e-3 ? 0 : 1e-11;
        assertThat(Math.abs((double) mean.parameters().get(i) - moved[i]))
            .isLessThanOrEqualTo(tolerance);
      }
    }
  }

  @Test
  void unequalShardsWeighByTheirExamples() {
    ModelState zero = state(0, 0);
    ModelState one = state(1, 10);
    List<WeightedState> states = List.of(new WeightedState(zero, 3), new WeightedState(one, 1));
    assertThat(ParameterAverager.average(zero, states, ExchangeCodec.FP32))
        .isEqualTo(state(0.25f, 2.5f));
    assertThat(ParameterAverager.average(one, states, ExchangeCodec.FP32))
        .isEqualTo(state(0.25f, 2.5f));
  }

  @Test
  void aWorkerWithoutExamplesDoesNotCount() {
    ModelState base = state(States.base(4, 1000));
    ModelState only = state(States.base(5, 1000));
    WeightedState idle = new WeightedState(state(States.base(6, 1000)), 0);
    List<WeightedState> states = List.of(idle, new WeightedState(only, 64));
    assertThat(ParameterAverager.average(base, states, ExchangeCodec.FP32)).isEqualTo(only);
    assertThatThrownBy(() -> ParameterAverager.average(base, List.of(idle), ExchangeCodec.FP32))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @EnumSource
  void theOrderDoesNotMatter(ExchangeCodec codec) {
    float[] base = States.base(7, 1000);
    WeightedState a = new WeightedState(state(States.moved(base, 8)), 3);
    WeightedState b = new WeightedState(state(States.moved(base, 9)), 64);
    WeightedState c = new WeightedState(state(States.moved(base, 10)), 17);
    assertThat(ParameterAverager.average(state(base), List.of(c, a, b), codec))
        .isEqualTo(ParameterAverager.average(state(base), List.of(a, b, c), codec));
  }

  private static ModelState state(float parameter, float updater) {
    return FlatState.toState(new float[] {parameter, updater}, 1);
  }

  private static ModelState state(float[] values) {
    return new ModelState(FloatVector.wrap(values.clone()), FloatVector.empty());
  }
}
