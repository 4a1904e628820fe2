package org.meanfield.engine.torch;

import java.util.List;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;

/** What has no parameters and only moves values, or normalises them among neighbours. */
final class Reshapings {
  private Reshapings() {}

  /** DL4J's conversion between images and vectors; no stage where there is none. */
  static List<Stage> preprocessor(String vertex, InputPreProcessor preprocessor) {
    if (preprocessor == null) {
      return List.of();
    }
    if (preprocessor instanceof CnnToFeedForwardPreProcessor flatten) {
      Refusal.unless(flatten.getFormat() == CNN2DFormat.NCHW, vertex, flatten, "format NHWC");
      return List.of((input, pass) -> input.dim() == 2 ? input : torch.flatten(input, 1, -1));
    }
    if (preprocessor instanceof FeedForwardToCnnPreProcessor image) {
      long[] shape = {-1, image.getNumChannels(), image.getInputHeight(), image.getInputWidth()};
      return List.of((input, pass) -> input.dim() == 4 ? input : input.reshape(shape));
    }
    throw Refusal.of(vertex, preprocessor, "a conversion between layers that is not known");
  }

  static Stage zeroPadding(LayerSite site, ZeroPaddingLayer layer) {
    channelsFirst(site, layer, layer.getDataFormat());
    int[] border = layer.getPadding(); // top, bottom, left, right
    long[] sides = {border[2], border[3], border[0], border[1]};
    Scalar zero = new Scalar(0.0);
    return (input, pass) -> torch.constant_pad_nd(input, sides, zero);
  }

  static Stage cropping(LayerSite site, Cropping2D layer) {
    channelsFirst(site, layer, layer.getDataFormat());
    int[] cut = layer.getCropping(); // top, bottom, left, right
    long height = site.image().getHeight() - cut[0] - cut[1];
    long width = site.image().getWidth() - cut[2] - cut[3];
    return (input, pass) -> input.narrow(2, cut[0], height).narrow(3, cut[2], width);
  }

  static Stage upsampling(LayerSite site, Upsampling2D layer) {
    channelsFirst(site, layer, layer.getFormat());
    long[] factor = Window.longs(layer.getSize());
    long[] size = {site.image().getHeight() * factor[0], site.image().getWidth() * factor[1]};
    return (input, pass) -> torch.upsample_nearest2d(input, size);
  }

  /** {@code x (k + alpha sum(x^2))^-beta}, the sum over the channels within n/2 on both sides. */
  static Stage localResponse(LayerSite site, LocalResponseNormalization layer) {
    channelsFirst(site, layer, layer.getDataFormat());
    site.image();
    long half = (long) layer.getN() / 2;
    double alpha = layer.getAlpha();
    double k = layer.getK();
    double beta = layer.getBeta();
    return (input, pass) -> {
      Tensor wide = input.to(torch.kFloat());
      Tensor sums =
          torch
              .avg_pool3d(
                  wide.mul(wide).unsqueeze(1),
                  new long[] {2 * half + 1, 1, 1},
                  new long[] {1, 1, 1},
                  new long[] {half, 0, 0},
                  false,
                  true,
                  new LongOptional(1))
              .squeeze(1);
      Tensor scale = sums.mul(new Scalar(alpha)).add(new Scalar(k));
      return pass.cast(wide.mul(torch.pow(scale, new Scalar(-beta))));
    };
  }

  private static void channelsFirst(LayerSite site, Object layer, CNN2DFormat format) {
    Refusal.unless(format == CNN2DFormat.NCHW, site.name(), layer, "data format " + format);
  }
}
