package org.meanfield.export.onnx;

import java.util.List;
import onnx.Onnx.AttributeProto;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;

/** Pooling over squares and over whole images. */
final class Pools {
  private Pools() {}

  static String window(LayerScope scope, SubsamplingLayer layer) {
    List<AttributeProto> attributes =
        Convolutions.window(
            layer.getConvolutionMode(),
            layer.getKernelSize(),
            layer.getStride(),
            layer.getPadding());
    return switch (layer.getPoolingType()) {
      case MAX -> {
        int[] dilation = layer.getDilation();
        attributes.add(Attribute.integers("dilations", dilation[0], dilation[1]));
        yield pool(scope, "MaxPool", attributes);
      }
      case AVG -> {
        // Some runtimes refuse the attribute with Same padding, so that it is there only if true.
        if (layer.isAvgPoolIncludePadInDivisor()) {
          attributes.add(Attribute.integer("count_include_pad", 1));
        }
        yield pool(scope, "AveragePool", attributes);
      }
      case SUM, PNORM ->
          throw new IllegalArgumentException("refused before: " + layer.getPoolingType());
    };
  }

  /** Over height and width; DL4J drops both dimensions unless told otherwise. */
  static String global(LayerScope scope, GlobalPoolingLayer layer) {
    AttributeProto keep = Attribute.integer("keepdims", layer.isCollapseDimensions() ? 0 : 1);
    AttributeProto axes = Attribute.integers("axes", 2, 3);
    return switch (layer.getPoolingType()) {
      // OpenCV 4 takes these, and not the reductions over two dimensions that say the same.
      case AVG -> collapsed(scope, layer, scope.unary("GlobalAveragePool"));
      case MAX -> collapsed(scope, layer, scope.unary("GlobalMaxPool"));
      case SUM ->
          scope.node(
              "ReduceSum", List.of(scope.graph().integers(scope.vertex(), "axes", 2, 3)), keep);
      case PNORM -> scope.unary("ReduceL2", axes, keep);
    };
  }

  private static String collapsed(LayerScope scope, GlobalPoolingLayer layer, String value) {
    return layer.isCollapseDimensions()
        ? scope.reading(value).unary("Flatten", Attribute.integer("axis", 1))
        : value;
  }

  private static String pool(LayerScope scope, String operator, List<AttributeProto> attributes) {
    return scope.unary(operator, attributes.toArray(new AttributeProto[0]));
  }
}
