package org.meanfield.model;

import java.util.List;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;

/** How a gradient becomes a step, with its hyperparameters. */
public sealed interface Optimizer {

  /** The name in settings: {@code sgd}, {@code nesterov}, {@code adam}, {@code adamw}. */
  String id();

  /** DL4J's updater of that kind with a fixed learning rate. */
  IUpdater updater(double learningRate);

  /** DL4J's form of the weight decay, for weights only: biases and batch norm have none. */
  default List<Regularization> regularization(double weightDecay) {
    return weightDecay == 0 ? List.of() : List.of(new L2Regularization(weightDecay));
  }

  /** Plain stochastic gradient descent: {@code x -= lr (g + decay x)}. */
  record PlainSgd() implements Optimizer {
    @Override
    public String id() {
      return "sgd";
    }

    @Override
    public IUpdater updater(double learningRate) {
      return new Sgd(learningRate);
    }
  }

  /**
   * Nesterov's momentum: {@code v' = m v - lr (g + decay x); x += (1 + m) v' - m v}. Source:
   * Sutskever et al. 2013, in the form of DL4J.
   *
   * @param momentum in [0, 1)
   */
  record Nesterov(double momentum) implements Optimizer {
    /** Checks the momentum. */
    public Nesterov {
      checkBeta("momentum", momentum);
    }

    @Override
    public String id() {
      return "nesterov";
    }

    @Override
    public IUpdater updater(double learningRate) {
      return new Nesterovs(learningRate, momentum);
    }
  }

  /** Adam; weight decay is added to the gradient (L2). Source: Kingma and Ba 2015. */
  record AdamL2(double beta1, double beta2, double epsilon) implements Optimizer {
    /** Checks the coefficients. */
    public AdamL2 {
      checkAdam(beta1, beta2, epsilon);
    }

    @Override
    public String id() {
      return "adam";
    }

    @Override
    public IUpdater updater(double learningRate) {
      return new Adam(learningRate, beta1, beta2, epsilon);
    }
  }

  /**
   * Adam with decoupled weight decay: {@code lr decay x} is subtracted beside Adam's step. Source:
   * Loshchilov and Hutter 2019.
   */
  record AdamW(double beta1, double beta2, double epsilon) implements Optimizer {
    /** Checks the coefficients. */
    public AdamW {
      checkAdam(beta1, beta2, epsilon);
    }

    @Override
    public String id() {
      return "adamw";
    }

    @Override
    public IUpdater updater(double learningRate) {
      return new Adam(learningRate, beta1, beta2, epsilon);
    }

    @Override
    public List<Regularization> regularization(double weightDecay) {
      return weightDecay == 0 ? List.of() : List.of(new WeightDecay(weightDecay, true));
    }
  }

  private static void checkAdam(double beta1, double beta2, double epsilon) {
    checkBeta("beta1", beta1);
    checkBeta("beta2", beta2);
    if (!(epsilon > 0)) {
      throw new IllegalArgumentException("Adam's epsilon must be positive; found " + epsilon);
    }
  }

  private static void checkBeta(String name, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException("The " + name + " must lie in [0, 1); found " + value);
    }
  }
}
