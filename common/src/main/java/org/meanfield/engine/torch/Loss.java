package org.meanfield.engine.torch;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossL2;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

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
    if (loss instanceof LossMCXENT entropy) {
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
   * Sends the gradient of the summed loss, times {@code scale}, back through the network.
   *
   * @return the summed loss
   */
  double backward(Tensor preActivation, Tensor targets, double scale) {
    Tensor from = formula.fromOutput() ? activation.apply(preActivation) : preActivation;
    Tensor value = from.detach(); // off the tape, and so is all that is computed from it
    double score = formula.score(value, targets);
    Tensor gradient = formula.gradient(value, targets).mul_(new Scalar(scale));
    if (centers != null) {
      return score + centers.backward(from, gradient, targets, scale);
    }
    from.backward(gradient, new BoolOptional(), false, new TensorArrayRefOptional());
    return score;
  }

  /** A loss in numbers: summed over the minibatch, and its gradient. */
  private interface Formula {
    /** Whether it is given the activated output, or what comes before. */
    boolean fromOutput();

    double score(Tensor value, Tensor targets);

    Tensor gradient(Tensor value, Tensor targets);
  }

  /** Cross-entropy of softmax, in one with it. */
  private record SoftmaxEntropy(double least) implements Formula {
    @Override
    public boolean fromOutput() {
      return false;
    }

    @Override
    public double score(Tensor value, Tensor targets) {
      Tensor logarithms = torch.log_softmax(value, 1);
      if (least > 0) {
        logarithms.clamp_(new ScalarOptional(new Scalar(Math.log(least))));
      }
      return -logarithms.mul_(targets).sum().item_double();
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
    public double score(Tensor value, Tensor targets) {
      return -torch.log(value).mul_(targets).sum().item_double();
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
    public double score(Tensor value, Tensor targets) {
      Tensor clipped = clipped(value);
      Tensor yes = torch.log(clipped).mul_(targets);
      Tensor no = torch.log(one(clipped).sub_(clipped)).mul_(one(targets).sub_(targets));
      return -yes.add_(no).sum().item_double();
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
    public double score(Tensor value, Tensor targets) {
      Tensor difference = value.sub(targets);
      return difference.mul_(difference).sum().item_double() / divisor(value);
    }

    @Override
    public Tensor gradient(Tensor value, Tensor targets) {
      return value.sub(targets).mul_(new Scalar(2.0 / divisor(value)));
    }

    private double divisor(Tensor value) {
      return averaged ? value.size(1) : 1;
    }
  }
}
