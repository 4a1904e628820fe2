package org.meanfield.engine.torch;

import java.util.Arrays;
import java.util.function.BinaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PoolHelperVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;

/** Vertices that are no layers. */
final class Vertices {
  private Vertices() {}

  /**
   * Errors: a vertex that is not known.
   *
   * @param input what its first input gives
   */
  static Operation of(String name, GraphVertex vertex, InputType input) {
    if (vertex instanceof ElementWiseVertex each) {
      return elementWise(each.getOp());
    } else if (vertex instanceof MergeVertex merge) {
      Refusal.unless(merge.getMergeAxis() == 1, name, vertex, "axis " + merge.getMergeAxis());
      return (inputs, pass) -> torch.cat(new TensorVector(inputs), 1);
    } else if (vertex instanceof ScaleVertex scale) {
      double factor = scale.getScaleFactor();
      return (inputs, pass) -> inputs[0].mul(new Scalar(factor));
    } else if (vertex instanceof ShiftVertex shift) {
      double amount = shift.getShiftFactor();
      return (inputs, pass) -> inputs[0].add(new Scalar(amount));
    } else if (vertex instanceof SubsetVertex subset) {
      long length = (long) subset.getTo() - subset.getFrom() + 1;
      return (inputs, pass) -> inputs[0].narrow(1, subset.getFrom(), length);
    } else if (vertex instanceof L2NormalizeVertex normalize) {
      return normalize(name, normalize, input);
    } else if (vertex instanceof PoolHelperVertex) {
      return (inputs, pass) ->
          inputs[0].narrow(2, 1, inputs[0].size(2) - 1).narrow(3, 1, inputs[0].size(3) - 1);
    } else if (vertex instanceof PreprocessorVertex converter) {
      return Operation.chain(Reshapings.preprocessor(name, converter.getPreProcessor()));
    }
    throw Refusal.of(name, vertex, "a vertex that is not known");
  }

  private static Operation elementWise(ElementWiseVertex.Op op) {
    return switch (op) {
      case Add -> (inputs, pass) -> fold(inputs, Tensor::add);
      case Subtract -> (inputs, pass) -> inputs[0].sub(inputs[1]);
      case Product -> (inputs, pass) -> fold(inputs, Tensor::mul);
      case Average ->
          (inputs, pass) -> fold(inputs, Tensor::add).div(new Scalar((double) inputs.length));
      case Max -> (inputs, pass) -> fold(inputs, torch::max);
    };
  }

  private static Tensor fold(Tensor[] inputs, BinaryOperator<Tensor> pair) {
    Tensor result = inputs[0];
    for (int i = 1; i < inputs.length; i++) {
      result = pair.apply(result, inputs[i]);
    }
    return result;
  }

  private static Operation normalize(String name, L2NormalizeVertex vertex, InputType input) {
    int[] dimensions = vertex.getDimension();
    boolean features =
        dimensions == null || dimensions.length == 0 || Arrays.equals(dimensions, new int[] {1});
    Refusal.unless(features, name, vertex, "dimensions other than that of the features");
    Refusal.unless(
        input.getType() == InputType.Type.FF,
        name,
        vertex,
        "an input that is no row of features: " + input);
    double least = vertex.getEps();
    return (inputs, pass) -> {
      Tensor x = inputs[0];
      Tensor norm = x.norm(new ScalarOptional(new Scalar(2.0)), new long[] {1}, true);
      return x.div(torch.clamp(norm, new ScalarOptional(new Scalar(least))));
    };
  }
}
