package org.meanfield.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.Stream;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.meanfield.error.SettingsException;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationRReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationThresholdedReLU;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Activation functions and their slopes as DL4J computes them, on both sides of every bend: the
 * networks of {@link LayerCases} stay between -1 and 1.
 */
class ActivationsTest {
  private static final int ROWS = 12;
  private static final int COLUMNS = 8;
  private static final double TOLERANCE = 2e-5;

  @BeforeAll
  static void load() {
    assertThat(TorchNatives.problem()).isEmpty();
    TorchNatives.useThreads(1);
  }

  static Stream<IActivation> known() {
    return Stream.concat(
        Arrays.stream(Activation.values())
            .filter(each -> each != Activation.RRELU)
            .map(Activation::getActivationFunction),
        Stream.of(new ActivationLReLU(0.1), new ActivationThresholdedReLU(0.3)));
  }

  static Stream<IActivation> unknown() {
    return Stream.of(
        new ActivationRReLU(),
        new ActivationGELU(true),
        new ActivationELU(0.5),
        new ActivationReLU(6.0, null, null),
        new ActivationReLU(null, 0.5, null),
        new ActivationReLU(null, null, 0.2));
  }

  @ParameterizedTest
  @MethodSource("known")
  void theFunctionAndItsSlopeAreDl4js(IActivation function) {
    float[] values = new float[ROWS * COLUMNS];
    float[] above = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = -9.05f + 0.19f * i; // on no bend
      above[i] = (float) Math.cos(i);
    }
    near(
        "value",
        function.getActivation(array(values), true),
        Native.temporary(() -> value(function, values)));
    near(
        "slope",
        function.backprop(array(values), array(above)).getFirst(),
        Native.temporary(() -> slope(function, values, above)));
  }

  @ParameterizedTest
  @MethodSource("unknown")
  void anUnknownFunctionIsRefusedByName(IActivation function) {
    assertThatThrownBy(() -> Activations.stages("act7", function))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("'act7'")
        .hasMessageContaining(function.getClass().getSimpleName());
  }

  private static float[] value(IActivation function, float[] values) {
    return FlatMemory.floats(Activations.of("act", function).apply(tensor(values))).toArray();
  }

  private static float[] slope(IActivation function, float[] values, float[] above) {
    Tensor input = tensor(values).set_requires_grad(true);
    Tensor output = Activations.of("act", function).apply(input);
    output.backward(tensor(above), new BoolOptional(), false, new TensorArrayRefOptional());
    return FlatMemory.floats(input.grad()).toArray();
  }

  private static Tensor tensor(float[] values) {
    Tensor tensor = torch.empty(ROWS, COLUMNS);
    FlatMemory.buffer(tensor).put(values);
    return tensor;
  }

  /** A copy: DL4J computes in place. */
  private static INDArray array(float[] values) {
    return Nd4j.createFromArray(values).reshape(ROWS, COLUMNS).dup();
  }

  private static void near(String what, INDArray expected, float[] found) {
    float[] wanted = expected.dup('c').data().asFloat();
    for (int i = 0; i < wanted.length; i++) {
      assertThat((double) found[i])
          .as("%s of value %d", what, i)
          .isCloseTo(wanted[i], within(TOLERANCE * (1 + Math.abs(wanted[i]))));
    }
  }
}
