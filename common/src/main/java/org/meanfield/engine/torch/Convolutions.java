package org.meanfield.engine.torch;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.params.ConvolutionParamInitializer;
import org.deeplearning4j.nn.params.SeparableConvolutionParamInitializer;

/** Convolution, deconvolution, depthwise and separable convolution, each before its activation. */
final class Convolutions {
  private static final long[] NO_PADDING = {0, 0};
  private static final long[] ONE = {1, 1};

  private Convolutions() {}

  /** The kind that a layer is. */
  static Stage of(LayerSite site, ConvolutionLayer layer) {
    Refusal.unless(
        layer.getCnn2dDataFormat() == CNN2DFormat.NCHW,
        site.name(),
        layer,
        "data format " + layer.getCnn2dDataFormat());
    if (layer instanceof DepthwiseConvolution2D depthwise) {
      return depthwise(site, depthwise);
    } else if (layer instanceof SeparableConvolution2D separable) {
      return separable(site, separable);
    } else if (layer instanceof Deconvolution2D) {
      return deconvolution(site, layer);
    }
    return plain(site, layer);
  }

  private static Stage plain(LayerSite site, ConvolutionLayer layer) {
    Window window = Window.of(site, layer);
    Parameter weights = site.parameter(ConvolutionParamInitializer.WEIGHT_KEY);
    Parameter bias = bias(site, layer);
    Scalar zero = new Scalar(0.0);
    return (input, pass) ->
        convolve(window.outer(input, zero), weights.in(pass), biasIn(bias, pass), window, 1);
  }

  /** DL4J's weights are [h, w, channels, multiplier]; outputs of one channel lie together. */
  private static Stage depthwise(LayerSite site, DepthwiseConvolution2D layer) {
    Window window = Window.of(site, layer);
    Parameter weights = site.parameter(ConvolutionParamInitializer.WEIGHT_KEY);
    Parameter bias = bias(site, layer);
    Scalar zero = new Scalar(0.0);
    return (input, pass) ->
        convolve(
            window.outer(input, zero),
            grouped(weights.in(pass).permute(2, 3, 0, 1)),
            biasIn(bias, pass),
            window,
            weights.values().size(2));
  }

  /** DL4J's depthwise weights are [multiplier, channels, h, w] here. */
  private static Stage separable(LayerSite site, SeparableConvolution2D layer) {
    Window window = Window.of(site, layer);
    Parameter depth = site.parameter(SeparableConvolutionParamInitializer.DEPTH_WISE_WEIGHT_KEY);
    Parameter point = site.parameter(SeparableConvolutionParamInitializer.POINT_WISE_WEIGHT_KEY);
    Parameter bias = bias(site, layer);
    Scalar zero = new Scalar(0.0);
    return (input, pass) -> {
      Tensor spread =
          convolve(
              window.outer(input, zero),
              grouped(depth.in(pass).permute(1, 0, 2, 3)),
              new TensorOptional(),
              window,
              depth.values().size(1));
      return torch.conv2d(spread, point.in(pass), biasIn(bias, pass), ONE, NO_PADDING, ONE, 1);
    };
  }

  /** Same mode cuts what sticks out, more of it at the end; other modes cut the padding. */
  private static Stage deconvolution(LayerSite site, ConvolutionLayer layer) {
    long[] kernel = Window.longs(layer.getKernelSize());
    long[] stride = Window.longs(layer.getStride());
    long[] dilation = Window.longs(layer.getDilation());
    Parameter weights = site.parameter(ConvolutionParamInitializer.WEIGHT_KEY);
    Parameter bias = bias(site, layer);
    long[] cutBefore = Window.longs(layer.getPadding());
    long[] size = {site.image().getHeight(), site.image().getWidth()};
    long[] out = new long[2];
    for (int d = 0; d < 2; d++) {
      long full = (size[d] - 1) * stride[d] + (kernel[d] - 1) * dilation[d] + 1;
      if (layer.getConvolutionMode() == ConvolutionMode.Same) {
        out[d] = size[d] * stride[d];
        Refusal.unless(out[d] <= full, site.name(), layer, "stride larger than the kernel");
        cutBefore[d] = (full - out[d]) / 2;
      } else {
        out[d] = full - 2 * cutBefore[d];
      }
    }
    return (input, pass) ->
        torch
            .conv_transpose2d(
                input,
                weights.in(pass),
                biasIn(bias, pass),
                stride,
                NO_PADDING,
                NO_PADDING,
                1,
                dilation)
            .narrow(2, cutBefore[0], out[0])
            .narrow(3, cutBefore[1], out[1]);
  }

  /** From [channels, multiplier, h, w] to what LibTorch wants for one group per channel. */
  private static Tensor grouped(Tensor weights) {
    return weights.reshape(weights.size(0) * weights.size(1), 1, weights.size(2), weights.size(3));
  }

  private static Tensor convolve(
      Tensor input, Tensor weights, TensorOptional bias, Window window, long groups) {
    return torch.conv2d(
        input, weights, bias, window.stride(), window.inner(), window.dilation(), groups);
  }

  private static TensorOptional biasIn(Parameter bias, Pass pass) {
    return bias == null ? new TensorOptional() : bias.optionalIn(pass);
  }

  private static Parameter bias(LayerSite site, ConvolutionLayer layer) {
    return layer.hasBias() ? site.vector(ConvolutionParamInitializer.BIAS_KEY) : null;
  }
}
