package org.meanfield.engine.torch;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.meanfield.engine.Engines;
import org.meanfield.model.Network;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/** Every kind of layer, activation and updater: ten steps on both engines lead to one state. */
class LayersAgreeTest {
  private static final double TOLERANCE = 1e-4;

  @ParameterizedTest
  @MethodSource("layers")
  void aLayerAgrees(String name) {
    agrees(LayerCases.network(name));
  }

  static List<String> layers() {
    return LayerCases.names();
  }

  @ParameterizedTest
  @EnumSource(
      value = Activation.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"RRELU"})
  void anActivationAgrees(Activation activation) {
    agrees(LayerCases.activation(activation));
  }

  @ParameterizedTest
  @MethodSource("updaters")
  void anUpdaterAgrees(IUpdater updater) {
    agrees(LayerCases.updater(updater));
  }

  static Stream<IUpdater> updaters() {
    return Stream.of(
        new Sgd(0.1),
        new Nesterovs(new ExponentialSchedule(ScheduleType.ITERATION, 0.1, 0.8), 0.8),
        new Adam(0.01),
        new Adam(0.01, 0.8, 0.95, 1e-3),
        new RmsProp(0.01, 0.9, 1e-6),
        new AdaGrad(0.05),
        new AdaDelta(0.9, 1e-4));
  }

  /** DL4J's NoOp subtracts the gradient as it is: ten steps of that lead anywhere. */
  @Test
  void aParameterWithoutUpdaterLosesItsGradient() {
    new Agreement(LayerCases.updater(new NoOp()), Engines.named("torch"))
        .holdsForOneStep(TOLERANCE, TOLERANCE);
  }

  private static void agrees(Network network) {
    new Agreement(network, Engines.named("torch")).holdsForTenSteps(TOLERANCE);
  }
}
