package org.meanfield.export.onnx;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationCube;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationHardSigmoid;
import org.nd4j.linalg.activations.impl.ActivationHardTanH;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationMish;
import org.nd4j.linalg.activations.impl.ActivationRationalTanh;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationRectifiedTanh;
import org.nd4j.linalg.activations.impl.ActivationSELU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.activations.impl.ActivationSoftSign;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.activations.impl.ActivationSwish;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.activations.impl.ActivationThresholdedReLU;

/** DL4J's activation functions as ONNX nodes, with DL4J's own constants. */
final class Activations {
  private static final Map<Class<? extends IActivation>, Translator<?>> BY_CLASS =
      new LinkedHashMap<>();

  static {
    register(ActivationIdentity.class, (scope, f) -> scope.input());
    register(
        ActivationSoftmax.class,
        (scope, f) -> scope.unary("Softmax", Attribute.integer("axis", -1)));
    register(ActivationReLU.class, (scope, f) -> scope.unary("Relu"));
    register(ActivationReLU6.class, (scope, f) -> clip(scope, 0, 6));
    register(
        ActivationLReLU.class,
        (scope, f) -> scope.unary("LeakyRelu", Attribute.real("alpha", f.getAlpha())));
    register(
        ActivationThresholdedReLU.class,
        (scope, f) -> scope.unary("ThresholdedRelu", Attribute.real("alpha", f.getTheta())));
    register(
        ActivationELU.class,
        (scope, f) -> scope.unary("Elu", Attribute.real("alpha", f.getAlpha())));
    register(ActivationSELU.class, (scope, f) -> scope.unary("Selu"));
    register(ActivationSigmoid.class, (scope, f) -> scope.unary("Sigmoid"));
    register(ActivationTanH.class, (scope, f) -> scope.unary("Tanh"));
    register(ActivationSoftPlus.class, (scope, f) -> scope.unary("Softplus"));
    register(ActivationSoftSign.class, (scope, f) -> scope.unary("Softsign"));
    register(
        ActivationHardSigmoid.class,
        (scope, f) ->
            scope.unary("HardSigmoid", Attribute.real("alpha", 0.2), Attribute.real("beta", 0.5)));
    register(ActivationHardTanH.class, (scope, f) -> clip(scope, -1, 1));
    register(
        ActivationCube.class,
        (scope, f) ->
            scope.reading(times(scope, scope.input())).node("Mul", List.of(scope.input())));
    register(ActivationSwish.class, (scope, f) -> times(scope, scope.unary("Sigmoid")));
    register(
        ActivationMish.class,
        (scope, f) -> times(scope, scope.reading(scope.unary("Softplus")).unary("Tanh")));
    register(ActivationGELU.class, (scope, f) -> gelu(scope));
    register(
        ActivationRectifiedTanh.class,
        (scope, f) -> scope.reading(scope.unary("Tanh")).unary("Relu"));
    register(ActivationRationalTanh.class, (scope, f) -> rationalTanh(scope));
  }

  private Activations() {}

  /** Why a function cannot be translated; empty where it can. */
  static Optional<String> refusal(IActivation function) {
    if (!BY_CLASS.containsKey(function.getClass())) {
      return Optional.of("activation " + function.getClass().getName());
    }
    if (function instanceof ActivationReLU relu && !isPlain(relu)) {
      return Optional.of("activation " + relu + " with a threshold, a maximum or a slope");
    }
    // The tanh form has no getter; the text form shows it.
    if (function instanceof ActivationGELU gelu && !gelu.equals(new ActivationGELU(false))) {
      return Optional.of("activation GELU in its precise form");
    }
    return Optional.empty();
  }

  /** Adds the function's nodes; returns the name of the value. */
  static String translate(LayerScope scope, IActivation function) {
    return apply(BY_CLASS.get(function.getClass()), scope, function);
  }

  @SuppressWarnings("unchecked") // register() pairs each class with a translator of its type.
  private static <A extends IActivation> String apply(
      Translator<A> translator, LayerScope scope, IActivation function) {
    return translator.translate(scope, (A) function);
  }

  private static <A extends IActivation> void register(Class<A> type, Translator<A> translator) {
    BY_CLASS.put(type, translator);
  }

  private static boolean isPlain(ActivationReLU relu) {
    return relu.getMax() == null
        && Objects.requireNonNullElse(relu.getThreshold(), 0.0) == 0
        && Objects.requireNonNullElse(relu.getNegativeSlope(), 0.0) == 0;
  }

  private static String clip(LayerScope scope, double low, double high) {
    return scope.node("Clip", List.of(scope.scalar("low", low), scope.scalar("high", high)));
  }

  private static String times(LayerScope scope, String factor) {
    return scope.node("Mul", List.of(factor));
  }

  /** {@code x * sigmoid(1.702 x)}: the approximation that DL4J takes. */
  private static String gelu(LayerScope scope) {
    String scaled = times(scope, scope.scalar("steepness", 1.702));
    return times(scope, scope.reading(scaled).unary("Sigmoid"));
  }

  /**
   * {@code 1.7159 * r(2x/3)} with {@code r(y) = sign(y) (1 - 1 / (1 + |y| + y^2 + 1.41645 y^4))}.
   */
  private static String rationalTanh(LayerScope scope) {
    LayerScope y = scope.reading(times(scope, scope.scalar("twoThirds", 2.0 / 3)));
    String square = times(y, y.input());
    String fourth = times(y.reading(square), square);
    String last = times(y.reading(fourth), y.scalar("quartic", 1.41645));
    LayerScope sum = y.reading(y.unary("Abs"));
    for (String term : List.of(square, last, y.scalar("one", 1))) {
      sum = y.reading(sum.node("Add", List.of(term)));
    }
    String inverse = sum.unary("Reciprocal");
    String size = y.reading(y.scalar("one", 1)).node("Sub", List.of(inverse));
    String signed = y.reading(size).node("Mul", List.of(y.unary("Sign")));
    return times(y.reading(signed), y.scalar("height", 1.7159));
  }

  private interface Translator<A extends IActivation> {
    String translate(LayerScope scope, A function);
  }
}
