package org.meanfield.export.onnx;

import java.util.ArrayList;
import java.util.List;
import onnx.Onnx.AttributeProto;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;

/** The convolutions over images. DL4J keeps their weights as {@code [out, in, height, width]}. */
final class Convolutions {
  private static final String WEIGHTS = "W";
  private static final String BIAS = "b";
  private static final String POINTWISE_WEIGHTS = "pW";

  private Convolutions() {}

  static String plain(LayerScope scope, ConvolutionLayer layer) {
    List<Long> shape = scope.shape(WEIGHTS);
    String weights =
        scope.constant(
            WEIGHTS,
            new int[] {0, 1, 2, 3},
            shape.get(0),
            shape.get(1),
            shape.get(2),
            shape.get(3));
    return convolve(scope, layer, withBias(scope, weights), 1);
  }

  /**
   * One filter bank per input channel. DL4J's weights are {@code [height, width, in, multiplier]},
   * its output channels go through the multipliers of the first input channel first, as ONNX's
   * groups do.
   */
  static String depthwise(LayerScope scope, DepthwiseConvolution2D layer) {
    List<Long> shape = scope.shape(WEIGHTS);
    long in = shape.get(2);
    String weights =
        scope.constant(
            WEIGHTS, new int[] {2, 3, 0, 1}, in * shape.get(3), 1, shape.get(0), shape.get(1));
    return convolve(scope, layer, withBias(scope, weights), in);
  }

  /**
   * Depthwise, then 1x1. DL4J's depthwise weights are {@code [multiplier, in, height, width]} here.
   */
  static String separable(LayerScope scope, SeparableConvolution2D layer) {
    List<Long> depth = scope.shape(WEIGHTS);
    long in = depth.get(1);
    String weights =
        scope.constant(
            WEIGHTS, new int[] {1, 0, 2, 3}, in * depth.get(0), 1, depth.get(2), depth.get(3));
    String spread = convolve(scope, layer, List.of(weights), in);
    List<Long> point = scope.shape(POINTWISE_WEIGHTS);
    String pointwise =
        scope.constant(POINTWISE_WEIGHTS, new int[] {0, 1, 2, 3}, point.get(0), point.get(1), 1, 1);
    return scope.reading(spread).node("Conv", withBias(scope, pointwise));
  }

  /** Kernel, stride and padding in ONNX's words, for convolutions and pools. */
  static List<AttributeProto> window(
      ConvolutionMode mode, int[] kernel, int[] stride, int[] padding) {
    List<AttributeProto> attributes = new ArrayList<>();
    attributes.add(Attribute.integers("kernel_shape", kernel[0], kernel[1]));
    attributes.add(Attribute.integers("strides", stride[0], stride[1]));
    if (mode == ConvolutionMode.Same) {
      attributes.add(Attribute.text("auto_pad", "SAME_UPPER"));
    } else {
      attributes.add(Attribute.integers("pads", padding[0], padding[1], padding[0], padding[1]));
    }
    return attributes;
  }

  private static String convolve(
      LayerScope scope, ConvolutionLayer layer, List<String> weights, long groups) {
    int[] dilation = layer.getDilation();
    List<AttributeProto> attributes =
        isDilatedSame(layer)
            ? dilatedSameWindow(layer.getKernelSize(), dilation)
            : window(
                layer.getConvolutionMode(),
                layer.getKernelSize(),
                layer.getStride(),
                layer.getPadding());
    attributes.add(Attribute.integers("dilations", dilation[0], dilation[1]));
    attributes.add(Attribute.integer("group", groups));
    return scope.node("Conv", weights, attributes.toArray(new AttributeProto[0]));
  }

  /**
   * True for Same padding with dilation, which ONNX Runtime does not take in that form. With stride
   * 1 the padding does not depend on the image's size, so that it can be written out.
   */
  static boolean isDilatedSame(ConvolutionLayer layer) {
    return layer.getConvolutionMode() == ConvolutionMode.Same
        && (layer.getDilation()[0] > 1 || layer.getDilation()[1] > 1);
  }

  private static List<AttributeProto> dilatedSameWindow(int[] kernel, int[] dilation) {
    int high = (kernel[0] - 1) * dilation[0];
    int wide = (kernel[1] - 1) * dilation[1];
    List<AttributeProto> attributes = new ArrayList<>();
    attributes.add(Attribute.integers("kernel_shape", kernel[0], kernel[1]));
    attributes.add(Attribute.integers("strides", 1, 1));
    attributes.add(
        Attribute.integers("pads", high / 2, wide / 2, high - high / 2, wide - wide / 2));
    return attributes;
  }

  private static List<String> withBias(LayerScope scope, String weights) {
    return scope.has(BIAS) ? List.of(weights, scope.constant(BIAS)) : List.of(weights);
  }
}
