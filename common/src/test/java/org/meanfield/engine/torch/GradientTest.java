package org.meanfield.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.params.CenterLossParamInitializer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.meanfield.engine.Engine;
import org.meanfield.engine.Engines;
import org.meanfield.engine.Minibatch;
import org.meanfield.engine.Replica;
import org.meanfield.engine.StepPosition;
import org.meanfield.engine.nd4j.GraphLayout;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;
import org.meanfield.model.Network;
import org.nd4j.linalg.learning.config.Sgd;

/** Each engine's gradient is the slope of its own loss, by central differences. */
class GradientTest {
  /** Small enough for the loss to be nearly straight, large enough for 32-bit losses. */
  private static final float REACH = 1e-3f;

  private static final int DIRECTIONS = 2;
  private static final StepPosition POSITION = new StepPosition(0, 0, 0);

  /** Batch statistics and centres are no weights: their change is no gradient. */
  private static final Set<String> FOLLOWERS =
      Set.of(
          BatchNormalizationParamInitializer.GLOBAL_MEAN,
          BatchNormalizationParamInitializer.GLOBAL_VAR,
          BatchNormalizationParamInitializer.GLOBAL_LOG_STD,
          CenterLossParamInitializer.CENTER_KEY);

  /** Cases in which a step is not the gradient. */
  private static final Set<String> WITHOUT_PLAIN_STEPS =
      Set.of("updaters of their own", "frozen, with a way back");

  private Network network;
  private Minibatch minibatch;
  private GraphLayout layout;

  static List<Arguments> cases() {
    return LayerCases.names().stream()
        .filter(name -> !WITHOUT_PLAIN_STEPS.contains(name))
        .flatMap(name -> Stream.of("nd4j", "torch").map(engine -> Arguments.of(engine, name)))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theGradientIsTheSlopeOfTheLoss(String name, String layer) {
    Engine engine = Engines.named(name);
    network = LayerCases.network(layer, new Sgd(1));
    minibatch = Agreement.minibatch(network, 3);
    layout = GraphLayout.of(network);
    float[] start = engine.initialState(network).parameters().toArray();
    try (Replica replica = engine.open(network, 1)) {
      loss(replica, start);
      float[] after = replica.state().parameters().toArray();
      double[] gradient = new double[start.length];
      for (int i = 0; i < start.length; i++) {
        gradient[i] = start[i] - after[i];
      }
      forgetFollowers(gradient);
      double length = Math.sqrt(product(gradient, gradient));
      for (int seed = 0; seed < DIRECTIONS; seed++) {
        double[] direction = direction(seed, gradient, length);
        double slope =
            (loss(replica, moved(start, direction, REACH))
                    - loss(replica, moved(start, direction, -REACH)))
                / (2 * REACH);
        assertThat(slope)
            .as("slope in direction %d", seed)
            .isCloseTo(product(gradient, direction), Offset.offset(2e-3 * length));
      }
    }
  }

  private double loss(Replica replica, float[] parameters) {
    replica.load(new ModelState(FloatVector.wrap(parameters.clone()), FloatVector.empty()));
    return replica.step(minibatch, POSITION);
  }

  /** The gradient's own direction, mixed with noise: on its own, noise would see little slope. */
  private double[] direction(int seed, double[] gradient, double length) {
    Random random = new Random(seed);
    double[] direction = new double[gradient.length];
    for (int i = 0; i < direction.length; i++) {
      direction[i] =
          gradient[i] / length + seed * random.nextGaussian() / Math.sqrt(gradient.length);
    }
    forgetFollowers(direction);
    double size = Math.sqrt(product(direction, direction));
    for (int i = 0; i < direction.length; i++) {
      direction[i] /= size;
    }
    return direction;
  }

  private void forgetFollowers(double[] values) {
    for (GraphLayout.Parameter parameter : layout.parameters()) {
      if (FOLLOWERS.contains(parameter.name())) {
        for (int i = 0; i < parameter.slice().size(); i++) {
          values[(int) parameter.slice().offset() + i] = 0;
        }
      }
    }
  }

  private static float[] moved(float[] start, double[] direction, double by) {
    float[] moved = start.clone();
    for (int i = 0; i < moved.length; i++) {
      moved[i] += (float) (by * direction[i]);
    }
    return moved;
  }

  private static double product(double[] one, double[] other) {
    double sum = 0;
    for (int i = 0; i < one.length; i++) {
      sum += one[i] * other[i];
    }
    return sum;
  }
}
