package org.meanfield.engine.torch;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.meanfield.engine.nd4j.GraphLayout.Penalty;
import org.meanfield.error.SettingsException;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;

/** L1, L2 or weight decay on one parameter, as DL4J has them. */
final class PenaltyTerm {
  private final Regularization term;
  private final Tensor parameter;
  private final Tensor gradient;

  /** Errors: a penalty of another kind. */
  PenaltyTerm(Penalty penalty, FlatMemory memory) {
    this.term = penalty.term();
    this.parameter = memory.parameters(penalty.parameter());
    this.gradient = memory.gradients(penalty.parameter());
    if (!(term instanceof L1Regularization
        || term instanceof L2Regularization
        || term instanceof WeightDecay)) {
      throw new SettingsException(
          "The regularization "
              + term.getClass().getSimpleName()
              + " does not run on engine 'torch'; choose engine 'nd4j'");
    }
  }

  Regularization.ApplyStep step() {
    return term.applyStep();
  }

  /** What {@link #norm} is multiplied by, to be added to the loss. */
  double factor(int iteration, int epoch) {
    if (term instanceof L1Regularization l1) {
      return l1.getL1().valueAt(iteration, epoch);
    }
    return 0.5
        * (term instanceof L2Regularization l2
            ? l2.getL2().valueAt(iteration, epoch)
            : ((WeightDecay) term).getCoeff().valueAt(iteration, epoch));
  }

  /** The sum of the parameter's magnitudes, or of its squares, as it is now; a new scalar. */
  Tensor norm() {
    return term instanceof L1Regularization ? torch.abs(parameter).sum() : parameter.dot(parameter);
  }

  /** Adds it to the gradient. */
  void apply(double rate, int iteration, int epoch) {
    if (term instanceof L1Regularization l1) {
      gradient.add_(torch.sign(parameter), new Scalar(l1.getL1().valueAt(iteration, epoch)));
    } else if (term instanceof L2Regularization l2) {
      gradient.add_(parameter, new Scalar(l2.getL2().valueAt(iteration, epoch)));
    } else if (term instanceof WeightDecay decay) {
      double coefficient = decay.getCoeff().valueAt(iteration, epoch);
      gradient.add_(parameter, new Scalar(decay.isApplyLR() ? coefficient * rate : coefficient));
    }
  }
}
