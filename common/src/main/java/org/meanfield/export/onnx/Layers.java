package org.meanfield.export.onnx;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Convolution2D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.Pooling2D;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.meanfield.model.FloatVector;
import org.nd4j.linalg.activations.IActivation;

/** The registry of layers: every kind that can be exported, and nothing else. */
final class Layers {
  private static final Map<Class<? extends Layer>, Translator<?>> BY_CLASS = new LinkedHashMap<>();

  static {
    register(ConvolutionLayer.class, Convolutions::plain);
    register(Convolution2D.class, Convolutions::plain);
    register(DepthwiseConvolution2D.class, Convolutions::depthwise);
    register(SeparableConvolution2D.class, Convolutions::separable);
    register(SubsamplingLayer.class, Pools::window);
    register(Pooling2D.class, Pools::window);
    register(GlobalPoolingLayer.class, Pools::global);
    register(BatchNormalization.class, Normalizations::batch);
    register(LocalResponseNormalization.class, Normalizations::localResponse);
    register(DenseLayer.class, (scope, layer) -> dense(scope));
    register(OutputLayer.class, (scope, layer) -> dense(scope));
    // Their activation, which every layer has, is all that is left of them in inference.
    register(LossLayer.class, (scope, layer) -> scope.input());
    register(ActivationLayer.class, (scope, layer) -> scope.input());
    register(DropoutLayer.class, (scope, layer) -> scope.input());
    register(ZeroPaddingLayer.class, Layers::pad);
    register(Cropping2D.class, Layers::crop);
    register(Upsampling2D.class, Layers::upsample);
  }

  private Layers() {}

  /** True where the registry has that kind of layer. */
  static boolean knows(Layer layer) {
    return BY_CLASS.containsKey(layer.getClass());
  }

  /**
   * The function that DL4J applies to the layer's result. Batch norm and dropout have one in their
   * configuration that DL4J ignores.
   */
  static Optional<IActivation> activation(Layer layer) {
    if (layer instanceof ActivationLayer activation) {
      return Optional.of(activation.getActivationFn());
    }
    boolean ignored = layer instanceof BatchNormalization || layer instanceof DropoutLayer;
    return layer instanceof BaseLayer base && !ignored
        ? Optional.of(base.getActivationFn())
        : Optional.empty();
  }

  /** Adds the layer's nodes, without its activation; returns the name of the value. */
  static String translate(LayerScope scope, Layer layer) {
    return apply(BY_CLASS.get(layer.getClass()), scope, layer);
  }

  @SuppressWarnings("unchecked") // register() pairs each class with a translator of its type.
  private static <L extends Layer> String apply(
      Translator<L> translator, LayerScope scope, Layer layer) {
    return translator.translate(scope, (L) layer);
  }

  private static <L extends Layer> void register(Class<L> type, Translator<? super L> translator) {
    BY_CLASS.put(type, translator);
  }

  /** DL4J's weights are {@code [in, out]}; ONNX takes them as {@code [out, in]}. */
  private static String dense(LayerScope scope) {
    long in = scope.shape("W").get(0);
    long out = scope.shape("W").get(1);
    String weights = scope.constant("W", new int[] {1, 0}, out, in);
    List<String> inputs = scope.has("b") ? List.of(weights, scope.constant("b")) : List.of(weights);
    return scope.node("Gemm", inputs, Attribute.integer("transB", 1));
  }

  /** Padding is top, bottom, left, right. */
  private static String pad(LayerScope scope, ZeroPaddingLayer layer) {
    int[] p = layer.getPadding();
    String pads =
        scope.graph().integers(scope.vertex(), "pads", 0, 0, p[0], p[2], 0, 0, p[1], p[3]);
    return scope.node("Pad", List.of(pads));
  }

  /** Cropping is top, bottom, left, right; an end of "minus nothing" would cut all. */
  private static String crop(LayerScope scope, Cropping2D layer) {
    int[] c = layer.getCropping();
    OnnxGraph graph = scope.graph();
    String starts = graph.integers(scope.vertex(), "starts", c[0], c[2]);
    String ends = graph.integers(scope.vertex(), "ends", end(c[1]), end(c[3]));
    String axes = graph.integers(scope.vertex(), "axes", 2, 3);
    return scope.node("Slice", List.of(starts, ends, axes));
  }

  private static long end(int cropped) {
    return cropped == 0 ? Long.MAX_VALUE : -cropped;
  }

  /** Repeats each pixel. */
  private static String upsample(LayerScope scope, Upsampling2D layer) {
    int[] size = layer.getSize();
    float[] scales = {1, 1, size[0], size[1]};
    String factors = scope.graph().constant(scope.vertex(), "scales", FloatVector.wrap(scales), 4);
    return scope.node(
        "Resize",
        List.of("", factors),
        Attribute.text("mode", "nearest"),
        Attribute.text("coordinate_transformation_mode", "asymmetric"),
        Attribute.text("nearest_mode", "floor"));
  }

  private interface Translator<L extends Layer> {
    String translate(LayerScope scope, L layer);
  }
}
