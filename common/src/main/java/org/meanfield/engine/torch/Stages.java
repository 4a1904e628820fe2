package org.meanfield.engine.torch;

import java.util.List;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;

/** Which stages a layer consists of. Where DL4J drops out nothing, neither does this. */
final class Stages {
  private Stages() {}

  /** Adds a layer's stages. Errors: a layer that is not known. */
  static void add(LayerSite site, Layer layer, List<Stage> stages, List<BatchNorm> batchNorms) {
    String name = site.name();
    if (layer instanceof ConvolutionLayer convolution && isKnown(convolution)) {
      stages.addAll(Dropout.of(name, layer.getIDropout()));
      stages.add(Convolutions.of(site, convolution));
      stages.addAll(Activations.stages(name, convolution.getActivationFn()));
    } else if (layer.getClass() == DenseLayer.class) {
      DenseLayer dense = (DenseLayer) layer;
      Refusal.unless(!dense.hasLayerNorm(), name, layer, "layer normalisation");
      stages.addAll(Dropout.of(name, layer.getIDropout()));
      stages.add(new Dense(site));
      stages.addAll(Activations.stages(name, dense.getActivationFn()));
    } else if (layer instanceof BatchNormalization normalization) {
      BatchNorm batchNorm = new BatchNorm(site, normalization);
      stages.add(batchNorm);
      batchNorms.add(batchNorm);
    } else if (layer instanceof ActivationLayer activation) {
      stages.addAll(Activations.stages(name, activation.getActivationFn()));
    } else if (layer instanceof Upsampling2D upsampling) {
      stages.addAll(Dropout.of(name, layer.getIDropout()));
      stages.add(Reshapings.upsampling(site, upsampling));
    } else if (layer instanceof DropoutLayer) {
      stages.addAll(Dropout.of(name, layer.getIDropout()));
    } else {
      stages.add(withoutParameters(site, layer));
    }
  }

  private static Stage withoutParameters(LayerSite site, Layer layer) {
    if (layer.getClass() == SubsamplingLayer.class) {
      return Poolings.of(site, (SubsamplingLayer) layer);
    } else if (layer instanceof GlobalPoolingLayer pooling) {
      return Poolings.global(site, pooling);
    } else if (layer instanceof ZeroPaddingLayer padding) {
      return Reshapings.zeroPadding(site, padding);
    } else if (layer instanceof Cropping2D cropping) {
      return Reshapings.cropping(site, cropping);
    } else if (layer instanceof LocalResponseNormalization normalization) {
      return Reshapings.localResponse(site, normalization);
    }
    throw Refusal.of(site.name(), layer, "a kind of layer that is not known");
  }

  /** DL4J's one- and three-dimensional kinds are subclasses too. */
  private static boolean isKnown(ConvolutionLayer layer) {
    return switch (layer.getClass().getSimpleName()) {
      case "ConvolutionLayer",
          "Convolution2D",
          "Deconvolution2D",
          "DepthwiseConvolution2D",
          "SeparableConvolution2D" ->
          true;
      default -> false;
    };
  }
}
