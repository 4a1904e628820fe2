package org.meanfield.engine.torch;

import java.util.function.DoubleSupplier;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch;
import org.meanfield.error.SettingsException;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossL2;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;

/**
 * An output's activation and loss. The gradient that goes back is DL4J's own formula rather than
 * the derivative of the score: the two differ where DL4J clips.
 */
final class Loss {
  private final UnaryOperator<Tensor> activation;
  private final Formula formula;
  private final CenterLoss centers; // null where the output has none

  private Loss(UnaryOperator<Tensor> activation, Formula formula) {
    this(activation, formula, null);
  }

  private Loss(UnaryOperator<Tensor> activation, Formula formula, CenterLoss centers) {
    this.activation = activation;
    this.formula = formula;
    this.centers = centers;
  }

  /** The same with center loss beside it. */
  Loss with(CenterLoss added) {
    return new Loss(activation, formula, added);
  }

  /** The loss of an output layer. Errors: a loss that is not known, or one with class weights. */
  static Loss of(String vertex, IActivation activation, ILossFunction loss) {
    UnaryOperator<Tensor> function = Activations.of(vertex, activation);
    if (loss instanceof LossMCXENT entropy && !(loss instanceof LossSparseMCXENT)) {
      Refusal.unless(entropy.getWeights() == null, vertex, loss, "class weights");
      return activation instanceof ActivationSoftmax
          ? new Loss(function, new SoftmaxEntropy(entropy.getSoftmaxClipEps()))
          : new Loss(function, new Entropy());
    } else if (loss instanceof LossBinaryXENT entropy) {
      Refusal.unless(entropy.getWeights() == null, vertex, loss, "class weights");
      return new Loss(function, new BinaryEntropy(entropy.getClipEps()));
    } else if (loss instanceof LossL2 squares
        && (loss.getClass() == LossL2.class || loss.getClass() == LossMSE.class)) {
      Refusal.unless(squares.getWeights() == null, vertex, loss, "class weights");
      return new Loss(function, new Squares(loss instanceof LossMSE));
    }
    throw Refusal.of(vertex, loss, "a loss that is not known");
  }

  /** The network's output. */
  Tensor output(Tensor preActivation) {
    return activation.apply(preActivation);
  }

  /**
   * What a minibatch's answers shall be.
   *
   * @param targets {@code [N, K]}
   * @param weights {@code [N, 1]}, one an example; null where all count the same
   */
  record Wanted(Tensor targets, Tensor weights) {
    Wanted(Tensor targets) {
      this(targets, null);
    }

    /** Every row of {@code values} times its example's weight, in place. */
    Tensor weigh(Tensor values) {
      return weights == null ? values : values.mul_(weights);
    }
  }

  /**
   * Sends the gradient of the summed loss, each example's times its weight, times {@code scale},
   * back through the network.
   *
   * @return reads the summed loss, and waits for the device: to be asked when all else is queued
   * @throws SettingsException where examples have weights and the output has center loss
   */
  DoubleSupplier backward(Tensor preActivation, Wanted wanted, double scale) {
    Tensor from = formula.fromOutput() ? activation.apply(preActivation) : preActivation;
    Tensor value = from.detach(); // off the tape, and so is all that is computed from it
    Tensor targets = wanted.targets();
    Tensor sum = wanted.weigh(formula.terms(value, targets)).sum();
    double divisor = formula.divisor(value);
    Tensor gradient = wanted.weigh(formula.gradient(value, targets)).mul_(new Scalar(scale));
    if (centers != null) {
      if (wanted.weights() != null) {
        throw new SettingsException(
            "Examples have weights, and the network's output has center loss, whose centres know"
                + " none; train without weights, or with another output layer");
      }
      DoubleSupplier more = centers.backward(from, gradient, targets, scale);
      return () -> sum.item_double() / divisor + more.getAsDouble();
    }
    from.backward(gradient, new BoolOptional(), false, new TensorArrayRefOptional());
    return () -> sum.item_double() / divisor;
  }

  /** A loss in numbers. */
  private interface Formula {
    /** Whether it is given the activated output, or what comes before. */
    boolean fromOutput();

    /** {@code [N, K]}: what each output of each example adds to the loss, times the divisor. */
    Tensor terms(Tensor value, Tensor targets);

    /** What the sum of the terms is divided by. */
    default double divisor(Tensor value) {
      return 1;
    }

    /** Of the summed loss by each value; a new tensor. */
    Tensor gradient(Tensor value, Tensor targets);
  }

  /** Cross-entropy of softmax, in one with it. */
  private record SoftmaxEntropy(double least) implements Formula {
    @Override
    public boolean fromOutput() {
      return false;
    }

    @Override
    public Tensor terms(Tensor value, Tensor targets) {
      Tensor logarithms = torch.log_softmax(value, 1);
      if (least > 0) {
        logarithms.clamp_(new ScalarOptional(new Scalar(Math.log(least))));
      }
      return logarithms.mul_(targets).neg_();
    }

    @Override
    public Tensor gradient(Tensor value, Tensor targets) {
      return torch.softmax(value, 1).sub_(targets);
    }
  }

  /** Cross-entropy of any other distribution. */
  private record Entropy() implements Formula {
    @Override
    public boolean fromOutput() {
      return true;
    }

    @Override
    public Tensor terms(Tensor value, Tensor targets) {
      return torch.log(value).mul_(targets).neg_();
    }

    @Override
    public Tensor gradient(Tensor value, Tensor targets) {
      return targets.div(value).neg_();
    }
  }

  /** Cross-entropy of every output on its own. */
  private record BinaryEntropy(double least) implements Formula {
    @Override
    public boolean fromOutput() {
      return true;
    }

    @Override
    public Tensor terms(Tensor value, Tensor targets) {
      Tensor clipped = clipped(value);
      Tensor yes = torch.log(clipped).mul_(targets);
      Tensor no = torch.log(one(clipped).sub_(clipped)).mul_(one(targets).sub_(targets));
      return yes.add_(no).neg_();
    }

    @Override
    public Tensor gradient(Tensor value, Tensor targets) {
      Tensor clipped = clipped(value);
      return clipped.sub(targets).div_(one(clipped).sub_(clipped).mul_(clipped));
    }

    private Tensor clipped(Tensor value) {
      return least > 0
          ? torch.clamp(
              value,
              new ScalarOptional(new Scalar(least)),
              new ScalarOptional(new Scalar(1 - least)))
          : value;
    }

    private static Tensor one(Tensor like) {
      return torch.ones_like(like);
    }
  }

  /** Squared differences, summed over the outputs or averaged. */
  private record Squares(boolean averaged) implements Formula {
    @Override
    public boolean fromOutput() {
      return true;
    }

    @Override
    public Tensor terms(Tensor value, Tensor targets) {
      Tensor difference = value.sub(targets);
      return difference.mul_(difference);
    }

    @Override
    public Tensor gradient(Tensor value, Tensor targets) {
      return value.sub(targets).mul_(new Scalar(2.0 / divisor(value)));
    }

    @Override
    public double divisor(Tensor value) {
      return averaged ? value.size(1) : 1;
    }
  }
}
