package org.meanfield.engine.torch;

import java.util.Arrays;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;

/** Pooling over windows and over whole images. */
final class Poolings {
  private static final long[] ONE = {1, 1};
  private static final long[] PLANE = {2, 3};

  private Poolings() {}

  /** Pooling over windows. */
  static Stage of(LayerSite site, SubsamplingLayer layer) {
    Refusal.unless(
        layer.getCnn2dDataFormat() == CNN2DFormat.NCHW,
        site.name(),
        layer,
        "data format " + layer.getCnn2dDataFormat());
    Window window = Window.of(site, layer);
    return switch (layer.getPoolingType()) {
      case MAX -> maximum(window);
      case AVG -> average(site, layer, window);
      case PNORM -> norm(site, layer, window);
      default -> throw Refusal.of(site.name(), layer, "pooling " + layer.getPoolingType());
    };
  }

  private static Stage maximum(Window window) {
    boolean own =
        window.symmetric()
            && window.inner()[0] <= window.kernel()[0] / 2
            && window.inner()[1] <= window.kernel()[1] / 2;
    Scalar lowest = new Scalar(Double.NEGATIVE_INFINITY);
    long[] padding = own ? window.inner() : new long[2];
    MaxPooling pooling =
        new MaxPooling(window.kernel(), window.stride(), padding, window.dilation());
    return (input, pass) -> pooling.of(own ? input : window.border(input, lowest));
  }

  /** The mean over what lies inside the image. */
  private static Stage average(LayerSite site, SubsamplingLayer layer, Window window) {
    Refusal.unless(Arrays.equals(window.dilation(), ONE), site.name(), layer, "dilated average");
    if (!window.padded()) {
      return (input, pass) -> sum(input, window, window.kernel()[0] * window.kernel()[1]);
    }
    // DL4J's gradient of that one does not belong to its forward pass: nothing to agree with.
    Refusal.unless(
        !layer.isAvgPoolIncludePadInDivisor(), site.name(), layer, "averages that count padding");
    Scalar zero = new Scalar(0.0);
    InputTypeConvolutional image = site.image();
    return (input, pass) -> {
      Tensor inside =
          torch
              .ones(1, 1, image.getHeight(), image.getWidth())
              .to(input.device(), input.scalar_type());
      Tensor counts = sum(window.border(inside, zero), window, 1);
      return sum(window.border(input, zero), window, 1).div(counts);
    };
  }

  private static Stage norm(LayerSite site, SubsamplingLayer layer, Window window) {
    Refusal.unless(Arrays.equals(window.dilation(), ONE), site.name(), layer, "dilated norm");
    double power = layer.getPnorm();
    Scalar zero = new Scalar(0.0);
    return (input, pass) -> {
      Tensor powers = torch.pow(torch.abs(window.border(input, zero)), new Scalar(power));
      return torch.pow(sum(powers, window, 1), new Scalar(1 / power));
    };
  }

  private static Tensor sum(Tensor input, Window window, long divisor) {
    return torch.avg_pool2d(
        input,
        window.kernel(),
        window.stride(),
        new long[2],
        false,
        true,
        new LongOptional(divisor));
  }

  /** Pooling over height and width. Shape: {@code [N, C, H, W]} to {@code [N, C]}. */
  static Stage global(LayerSite site, GlobalPoolingLayer layer) {
    site.image();
    int[] dimensions = layer.getPoolingDimensions();
    Refusal.unless(
        dimensions == null || Arrays.equals(dimensions, new int[] {2, 3}),
        site.name(),
        layer,
        "other dimensions than height and width");
    boolean keep = !layer.isCollapseDimensions();
    PoolingType type = layer.getPoolingType();
    double power = layer.getPnorm();
    return (input, pass) ->
        switch (type) {
          case AVG -> torch.mean(input, PLANE, keep, new ScalarTypeOptional());
          case SUM -> torch.sum(input, PLANE, keep, new ScalarTypeOptional());
          case MAX -> torch.amax(input, PLANE, keep);
          case PNORM ->
              torch.pow(
                  torch.sum(
                      torch.pow(torch.abs(input), new Scalar(power)),
                      PLANE,
                      keep,
                      new ScalarTypeOptional()),
                  new Scalar(1 / power));
        };
  }
}
