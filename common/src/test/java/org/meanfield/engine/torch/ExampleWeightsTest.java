package org.meanfield.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.meanfield.engine.Engine;
import org.meanfield.engine.Engines;
import org.meanfield.engine.Minibatch;
import org.meanfield.engine.Replica;
import org.meanfield.engine.StepPosition;
import org.meanfield.engine.nd4j.TinyNetworks;
import org.meanfield.error.SettingsException;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;
import org.meanfield.model.Network;
import org.meanfield.model.SmoothTwin;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;

/** An example's weight multiplies its part of the loss, on both engines, and nothing else. */
class ExampleWeightsTest {
  private static final StepPosition POSITION = new StepPosition(0, 0, 5);
  private static final Percentage CLOSE = Percentage.withPercentage(1e-3);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "batch norm, variance",
        "binary cross-entropy",
        "squared error",
        "sum of squares",
        "a loss layer"
      })
  void bothEnginesTakeTheSameTenSteps(String layer) {
    agree(LayerCases.network(layer));
  }

  /** Penalties, clipping and momentum come after the weights. */
  @Test
  void bothEnginesAgreeOnAWholeArchitecture() {
    agree(SmoothTwin.of(ArchitecturesAgreeTest.network("cnn", 16, 1)));
  }

  private static void agree(Network network) {
    new Agreement(network, Engines.named("torch"))
        .on(minibatch -> minibatch.weighing(weights(0, 0.5f, 1, 2, 0.1f, 3, 1.4f, 0)))
        .holdsForTenSteps(1e-4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nd4j", "torch"})
  void aWeightOfTwoIsTheExampleTwice(String engine) {
    Network network = TinyNetworks.dense(new Sgd(1));
    Minibatch four = TinyNetworks.minibatch(4, 1);
    float[] pixels = java.util.Arrays.copyOf(four.pixels().toArray(), 5 * 64);
    float[] targets = java.util.Arrays.copyOf(four.targets().toArray(), 5 * 3);
    System.arraycopy(pixels, 64, pixels, 4 * 64, 64);
    System.arraycopy(targets, 3, targets, 4 * 3, 3);
    Minibatch five = new Minibatch(5, FloatVector.wrap(pixels), FloatVector.wrap(targets));
    Step weighted = step(engine, network, four.weighing(weights(1, 2, 1, 1)));
    Step twice = step(engine, network, five);
    assertThat(4 * weighted.loss()).isCloseTo(5 * twice.loss(), CLOSE);
    for (int i = 0; i < twice.change().length; i++) {
      assertThat(4 * weighted.change()[i]).isCloseTo(5 * twice.change()[i], Offset.offset(2e-5f));
    }
  }

  /** The state to the bit; of the loss one engine adds the terms in another order. */
  @ParameterizedTest
  @ValueSource(strings = {"nd4j", "torch"})
  void equalWeightsAreNone(String engine) {
    Network network = TinyNetworks.convolutional(new Adam(0.01), 0.5);
    Minibatch plain = TinyNetworks.minibatch(6, 2);
    Step expected = step(engine, network, plain);
    Step found = step(engine, network, plain.weighing(weights(1, 1, 1, 1, 1, 1)));
    assertThat(found.end()).isEqualTo(expected.end());
    assertThat(found.loss()).isCloseTo(expected.loss(), CLOSE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nd4j", "torch"})
  void anExampleOfWeightZeroHasNoInfluence(String engine) {
    Network network = TinyNetworks.dense(new Sgd(1));
    Minibatch minibatch = TinyNetworks.minibatch(4, 3);
    float[] pixels = minibatch.pixels().toArray();
    float[] targets = minibatch.targets().toArray();
    for (int i = 0; i < 64; i++) {
      pixels[2 * 64 + i] = 1 - pixels[2 * 64 + i];
    }
    for (int i = 0; i < 3; i++) {
      targets[2 * 3 + i] = 1 - targets[2 * 3 + i];
    }
    Minibatch other = new Minibatch(4, FloatVector.wrap(pixels), FloatVector.wrap(targets));
    FloatVector weights = weights(1, 2, 0, 1);
    Step expected = step(engine, network, minibatch.weighing(weights));
    Step found = step(engine, network, other.weighing(weights));
    assertThat(found.end()).isEqualTo(expected.end());
    assertThat(found.loss()).isEqualTo(expected.loss());
    assertThat(step(engine, network, other).end()).isNotEqualTo(expected.end());
  }

  /** The last minibatch of an epoch may be that small. */
  @ParameterizedTest
  @ValueSource(strings = {"nd4j", "torch"})
  void aSingleExampleHasItsWeightToo(String engine) {
    Network network = TinyNetworks.dense(new Sgd(1));
    Minibatch one = TinyNetworks.minibatch(1, 4);
    Step plain = step(engine, network, one);
    Step heavy = step(engine, network, one.weighing(weights(3)));
    assertThat(heavy.loss()).isCloseTo(3 * plain.loss(), CLOSE);
    for (int i = 0; i < plain.change().length; i++) {
      assertThat(heavy.change()[i]).isCloseTo(3 * plain.change()[i], Offset.offset(1e-5f));
    }
  }

  /** What one minibatch had as weights does not stay for the next. */
  @ParameterizedTest
  @ValueSource(strings = {"nd4j", "torch"})
  void weightsAreOfOneStepAlone(String engine) {
    Network network = TinyNetworks.dense(new Sgd(0.1));
    Minibatch minibatch = TinyNetworks.minibatch(4, 5);
    Step fresh = step(engine, network, minibatch);
    Engine opened = Engines.named(engine);
    try (Replica replica = opened.open(network, 1)) {
      replica.load(fresh.start());
      replica.step(minibatch.weighing(weights(0, 0, 0, 4)), POSITION);
      replica.load(fresh.start());
      assertThat(replica.step(minibatch, POSITION)).isEqualTo(fresh.loss());
      assertThat(replica.state()).isEqualTo(fresh.end());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nd4j", "torch"})
  void centerLossRefusesWeights(String engine) {
    Network network = LayerCases.network("output, with center loss");
    Minibatch minibatch = Agreement.minibatch(network, 1);
    Minibatch weighted = minibatch.weighing(weights(1, 1, 1, 1, 1, 1, 1, 1));
    assertThatThrownBy(() -> step(engine, network, weighted))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("weights");
  }

  @Test
  void aMinibatchRefusesWhatIsNoWeight() {
    Minibatch minibatch = TinyNetworks.minibatch(2, 1);
    assertThatThrownBy(() -> minibatch.weighing(weights(1, Float.NaN))).hasMessageContaining("NaN");
    assertThatThrownBy(() -> minibatch.weighing(weights(-1, 1))).hasMessageContaining("-1.0");
    assertThatThrownBy(() -> minibatch.weighing(weights(1))).hasMessageContaining("1 weights");
  }

  private record Step(ModelState start, ModelState end, double loss) {
    float[] change() {
      float[] change = end.parameters().toArray();
      for (int i = 0; i < change.length; i++) {
        change[i] -= start.parameters().get(i);
      }
      return change;
    }
  }

  private static Step step(String engine, Network network, Minibatch minibatch) {
    Engine opened = Engines.named(engine);
    ModelState start = opened.initialState(network);
    try (Replica replica = opened.open(network, 1)) {
      replica.load(start);
      double loss = replica.step(minibatch, POSITION);
      return new Step(start, replica.state(), loss);
    }
  }

  private static FloatVector weights(float... values) {
    return FloatVector.wrap(values);
  }
}
