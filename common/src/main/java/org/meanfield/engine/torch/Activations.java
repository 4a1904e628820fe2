package org.meanfield.engine.torch;

import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
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

/** DL4J's activation functions with DL4J's formulas and constants. */
final class Activations {
  /** Of DL4J's rational approximation of tanh. */
  private static final double RATIONAL = 1.41645;

  private Activations() {}

  /** No stage for the identity. */
  static List<Stage> stages(String vertex, IActivation activation) {
    if (activation instanceof ActivationIdentity) {
      return List.of();
    }
    UnaryOperator<Tensor> function = of(vertex, activation);
    return List.of((input, pass) -> function.apply(input));
  }

  /** Errors: a function that is not known. */
  static UnaryOperator<Tensor> of(String vertex, IActivation activation) {
    UnaryOperator<Tensor> function = smooth(activation);
    if (function == null) {
      function = bent(activation);
    }
    if (function == null) {
      throw Refusal.of(vertex, activation, "an activation function that is not known");
    }
    return function;
  }

  private static UnaryOperator<Tensor> smooth(IActivation activation) {
    if (activation instanceof ActivationIdentity) {
      return x -> x;
    } else if (activation instanceof ActivationSoftmax) {
      return x -> torch.softmax(x, -1);
    } else if (activation instanceof ActivationSigmoid) {
      return torch::sigmoid;
    } else if (activation instanceof ActivationTanH) {
      return torch::tanh;
    } else if (activation instanceof ActivationSoftPlus) {
      return torch::softplus;
    } else if (activation instanceof ActivationSoftSign) {
      return x -> x.div(torch.abs(x).add(new Scalar(1.0)));
    } else if (activation instanceof ActivationSwish) {
      return torch::silu;
    } else if (activation instanceof ActivationMish) {
      return torch::mish;
    } else if (activation instanceof ActivationCube) {
      return x -> x.mul(x).mul(x);
    } else if (activation instanceof ActivationRationalTanh) {
      return Activations::rationalTanh;
    } else if (activation instanceof ActivationGELU gelu && !gelu.isPrecise()) {
      return x -> x.mul(torch.sigmoid(x.mul(new Scalar(1.702))));
    }
    return null;
  }

  private static UnaryOperator<Tensor> bent(IActivation activation) {
    if (activation instanceof ActivationReLU relu && isPlain(relu)) {
      return torch::relu;
    } else if (activation instanceof ActivationReLU6) {
      return x -> torch.hardtanh(x, new Scalar(0.0), new Scalar(6.0));
    } else if (activation instanceof ActivationLReLU leaky) {
      double slope = leaky.getAlpha();
      return x -> torch.leaky_relu(x, new Scalar(slope));
    } else if (activation instanceof ActivationELU elu && elu.getAlpha() == 1) {
      // With another alpha DL4J's gradient does not belong to its forward pass.
      return torch::elu;
    } else if (activation instanceof ActivationSELU) {
      return torch::selu;
    } else if (activation instanceof ActivationHardTanH) {
      return torch::hardtanh;
    } else if (activation instanceof ActivationHardSigmoid) {
      return x -> clamp(x.mul(new Scalar(0.2)).add(new Scalar(0.5)), 0, 1);
    } else if (activation instanceof ActivationRectifiedTanh) {
      return x -> torch.relu(torch.tanh(x));
    } else if (activation instanceof ActivationThresholdedReLU threshold) {
      double theta = threshold.getTheta();
      return x -> torch.threshold(x, new Scalar(theta), new Scalar(0.0));
    }
    return null;
  }

  private static boolean isPlain(ActivationReLU relu) {
    return relu.getMax() == null && none(relu.getThreshold()) && none(relu.getNegativeSlope());
  }

  private static boolean none(Double value) {
    return value == null || value == 0;
  }

  private static Tensor clamp(Tensor x, double from, double to) {
    return torch.clamp(x, new ScalarOptional(new Scalar(from)), new ScalarOptional(new Scalar(to)));
  }

  /** {@code 1.7159 tanh(2x/3)} with tanh approximated by a rational function. */
  private static Tensor rationalTanh(Tensor x) {
    Tensor scaled = x.mul(new Scalar(2.0 / 3));
    Tensor size = torch.abs(scaled);
    Tensor square = size.mul(size);
    Tensor divisor =
        size.add(new Scalar(1.0)).add(square).add(square.mul(square).mul(new Scalar(RATIONAL)));
    Tensor one = torch.ones_like(divisor);
    return torch.sign(scaled).mul(one.sub(one.div(divisor))).mul(new Scalar(1.7159));
  }
}
