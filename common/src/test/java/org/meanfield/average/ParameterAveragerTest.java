package org.meanfield.average;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;

class ParameterAveragerTest {
  @Test
  void identicalStatesAverageToAnyOneOfThemBitForBit() {
    ModelState state = random(3);
    for (int workers = 2; workers <= 9; workers++) {
      List<WeightedState> same =
          java.util.Collections.nCopies(workers, new WeightedState(state, 977));
      assertThat(ParameterAverager.average(same)).isEqualTo(state);
    }
  }

  @Test
  void unequalShardsWeighByTheirExamples() {
    ModelState zero = state(0, 0);
    ModelState one = state(1, 10);
    ModelState mean =
        ParameterAverager.average(List.of(new WeightedState(zero, 3), new WeightedState(one, 1)));
    assertThat(mean).isEqualTo(state(0.25f, 2.5f));
  }

  @Test
  void aWorkerWithoutExamplesDoesNotCount() {
    ModelState only = random(1);
    ModelState idle = random(2);
    assertThat(
            ParameterAverager.average(
                List.of(new WeightedState(idle, 0), new WeightedState(only, 64))))
        .isEqualTo(only);
    assertThatThrownBy(() -> ParameterAverager.average(List.of(new WeightedState(idle, 0))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void sumsInDoublePrecision() {
    ModelState huge = state(1e8f, 0);
    ModelState small = state(1, 0);
    ModelState negative = state(-1e8f, 0);
    ModelState mean =
        ParameterAverager.average(
            List.of(
                new WeightedState(huge, 1),
                new WeightedState(small, 1),
                new WeightedState(negative, 1)));
    assertThat(mean.parameters().get(0)).isEqualTo(1f / 3);
  }

  private static ModelState state(float parameter, float updater) {
    return new ModelState(
        FloatVector.wrap(new float[] {parameter}), FloatVector.wrap(new float[] {updater}));
  }

  private static ModelState random(long seed) {
    Random random = new Random(seed);
    float[] parameters = new float[1000];
    float[] updater = new float[500];
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] = (float) random.nextGaussian();
      updater[i / 2] = random.nextFloat() * 1e-6f;
    }
    return new ModelState(FloatVector.wrap(parameters), FloatVector.wrap(updater));
  }
}
