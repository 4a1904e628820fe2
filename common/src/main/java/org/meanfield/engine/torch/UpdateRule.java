package org.meanfield.engine.torch;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.meanfield.engine.nd4j.GraphLayout.Block;
import org.meanfield.engine.nd4j.GraphLayout.Range;
import org.meanfield.error.SettingsException;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * An updater on one block: turns the gradient, in place, into what is subtracted from the
 * parameters. Formulas and state are DL4J's.
 */
interface UpdateRule {
  void apply(int iteration, int epoch);

  /** The rule of a block. Errors: an updater that is not known. */
  static UpdateRule of(Block block, FlatMemory memory) {
    IUpdater updater = block.updater();
    Tensor gradient = memory.gradients(block.parameters());
    Range state = block.state();
    if (updater instanceof NoOp) {
      return (iteration, epoch) -> {};
    } else if (updater instanceof Sgd sgd) {
      return (iteration, epoch) -> gradient.mul_(new Scalar(sgd.getLearningRate(iteration, epoch)));
    } else if (updater instanceof Nesterovs nesterovs) {
      Tensor velocity = memory.state(state.from(), state.length());
      return (iteration, epoch) -> nesterovs(nesterovs, gradient, velocity, iteration, epoch);
    } else if (updater instanceof Adam adam) {
      long half = state.length() / 2;
      Tensor mean = memory.state(state.from(), half);
      Tensor square = memory.state(state.from() + half, half);
      return (iteration, epoch) -> adam(adam, gradient, mean, square, iteration, epoch);
    } else if (updater instanceof RmsProp rmsProp) {
      Tensor square = memory.state(state.from(), state.length());
      return (iteration, epoch) -> {
        Scalar decay = new Scalar(rmsProp.getRmsDecay());
        square.mul_(decay).addcmul_(gradient, gradient, new Scalar(1 - rmsProp.getRmsDecay()));
        divide(gradient, square, rmsProp.getEpsilon());
        gradient.mul_(new Scalar(rmsProp.getLearningRate(iteration, epoch)));
      };
    } else if (updater instanceof AdaGrad adaGrad) {
      Tensor square = memory.state(state.from(), state.length());
      return (iteration, epoch) -> {
        square.addcmul_(gradient, gradient);
        divide(gradient, square, adaGrad.getEpsilon());
        gradient.mul_(new Scalar(adaGrad.getLearningRate(iteration, epoch)));
      };
    } else if (updater instanceof AdaDelta adaDelta) {
      long half = state.length() / 2;
      Tensor square = memory.state(state.from(), half);
      Tensor moved = memory.state(state.from() + half, half);
      return (iteration, epoch) -> adaDelta(adaDelta, gradient, square, moved);
    }
    throw new SettingsException(
        "The updater "
            + updater.getClass().getSimpleName()
            + " does not run on engine 'torch'; choose engine 'nd4j' or another optimizer");
  }

  /** {@code v' = m v - lr g}; subtracted is {@code m v - (1 + m) v'}. */
  private static void nesterovs(
      Nesterovs config, Tensor gradient, Tensor velocity, int iteration, int epoch) {
    double momentum = config.currentMomentum(iteration, epoch);
    double rate = config.getLearningRate(iteration, epoch);
    // m v - (1 + m) v'  =  lr g - m v', which needs no copy of anything
    velocity.mul_(new Scalar(momentum)).sub_(gradient, new Scalar(rate));
    gradient.mul_(new Scalar(rate)).sub_(velocity, new Scalar(momentum));
  }

  private static void adam(
      Adam config, Tensor gradient, Tensor mean, Tensor square, int iteration, int epoch) {
    double beta1 = config.getBeta1();
    double beta2 = config.getBeta2();
    double rate =
        config.getLearningRate(iteration, epoch)
            * Math.sqrt(1 - Math.pow(beta2, iteration + 1.0))
            / (1 - Math.pow(beta1, iteration + 1.0));
    mean.mul_(new Scalar(beta1)).add_(gradient, new Scalar(1 - beta1));
    square.mul_(new Scalar(beta2)).addcmul_(gradient, gradient, new Scalar(1 - beta2));
    gradient.copy_(mean);
    divide(gradient, square, config.getEpsilon());
    gradient.mul_(new Scalar(rate));
  }

  /** Source: Zeiler 2012, algorithm 1. It has no learning rate. */
  private static void adaDelta(AdaDelta config, Tensor gradient, Tensor square, Tensor moved) {
    Scalar decay = new Scalar(config.getRho());
    Scalar rest = new Scalar(1 - config.getRho());
    Scalar epsilon = new Scalar(config.getEpsilon());
    square.mul_(decay).addcmul_(gradient, gradient, rest);
    gradient.mul_(torch.sqrt(moved.add(epsilon))).div_(torch.sqrt(square.add(epsilon)));
    moved.mul_(decay).addcmul_(gradient, gradient, rest);
  }

  /** {@code gradient / (sqrt(square) + epsilon)}, in place. */
  private static void divide(Tensor gradient, Tensor square, double epsilon) {
    gradient.div_(torch.sqrt(square).add_(new Scalar(epsilon)));
  }
}
