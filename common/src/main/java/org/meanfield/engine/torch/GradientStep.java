package org.meanfield.engine.torch;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.meanfield.engine.nd4j.GraphLayout;
import org.meanfield.engine.nd4j.GraphLayout.Block;
import org.meanfield.engine.nd4j.GraphLayout.Limit;
import org.nd4j.linalg.learning.regularization.Regularization.ApplyStep;

/**
 * From a gradient to changed parameters, in DL4J's order: limits for each layer, then for each
 * block L1 and L2, the updater, weight decay; last the subtraction.
 */
final class GradientStep {
  /** Instead of a norm of 0. DL4J's number. */
  private static final double LEAST_NORM = 1e-5;

  private final FlatMemory memory;
  private final List<Limit> limits;
  private final List<Part> parts = new ArrayList<>();

  /** Errors: an updater, a limit or a penalty that is not known. */
  GradientStep(GraphLayout layout, FlatMemory memory) {
    this.memory = memory;
    this.limits = layout.limits();
    for (Block block : layout.blocks()) {
      List<PenaltyTerm> penalties =
          block.penalties().stream().map(penalty -> new PenaltyTerm(penalty, memory)).toList();
      parts.add(new Part(block, UpdateRule.of(block, memory), penalties));
    }
  }

  private record Part(Block block, UpdateRule rule, List<PenaltyTerm> penalties) {}

  /**
   * What the penalties add to the loss, by the parameters as they are now.
   *
   * @return reads it, all terms at once, and waits for the device
   */
  DoubleSupplier penalty(int iteration, int epoch) {
    List<Double> factors = new ArrayList<>();
    List<Tensor> norms = new ArrayList<>();
    for (Part part : parts) {
      for (PenaltyTerm penalty : part.penalties()) {
        double factor = penalty.factor(iteration, epoch);
        if (factor != 0) {
          factors.add(factor);
          norms.add(penalty.norm());
        }
      }
    }
    return () -> norms.isEmpty() ? 0 : sum(factors, norms);
  }

  private static double sum(List<Double> factors, List<Tensor> norms) {
    FloatPointer values =
        torch.stack(new TensorVector(norms.toArray(new Tensor[0]))).cpu().data_ptr_float();
    double sum = 0;
    for (int i = 0; i < norms.size(); i++) {
      sum += factors.get(i) * values.get(i);
    }
    return sum;
  }

  /** Changes parameters and updater state; the gradient is used up. */
  void apply(int iteration, int epoch) {
    for (Limit limit : limits) {
      apply(limit);
    }
    for (Part part : parts) {
      double rate =
          part.block().updater().hasLearningRate()
              ? part.block().updater().getLearningRate(iteration, epoch)
              : 1;
      penalize(part, ApplyStep.BEFORE_UPDATER, rate, iteration, epoch);
      part.rule().apply(iteration, epoch);
      penalize(part, ApplyStep.POST_UPDATER, rate, iteration, epoch);
    }
    memory.parameters().sub_(memory.gradients());
  }

  private static void penalize(Part part, ApplyStep step, double rate, int iteration, int epoch) {
    for (PenaltyTerm penalty : part.penalties()) {
      if (penalty.step() == step) {
        penalty.apply(rate, iteration, epoch);
      }
    }
  }

  private void apply(Limit limit) {
    double threshold = limit.threshold();
    GradientNormalization kind = limit.kind();
    switch (kind) {
      case RenormalizeL2PerLayer -> normalize(memory.gradients(limit.whole()));
      case RenormalizeL2PerParamType ->
          limit.parameters().forEach(range -> normalize(memory.gradients(range)));
      case ClipElementWiseAbsoluteValue ->
          memory
              .gradients(limit.whole())
              .clamp_(
                  new ScalarOptional(new Scalar(-threshold)),
                  new ScalarOptional(new Scalar(threshold)));
      case ClipL2PerLayer -> shorten(memory.gradients(limit.whole()), threshold);
      case ClipL2PerParamType ->
          limit.parameters().forEach(range -> shorten(memory.gradients(range), threshold));
      default -> throw new IllegalStateException("No limit: " + kind);
    }
  }

  private static void normalize(Tensor gradient) {
    double norm = gradient.norm().item_double();
    gradient.div_(new Scalar(norm == 0 ? LEAST_NORM : norm));
  }

  private static void shorten(Tensor gradient, double threshold) {
    double norm = gradient.norm().item_double();
    if (norm > threshold) {
      gradient.mul_(new Scalar(threshold / norm));
    }
  }
}
