package org.meanfield.export.onnx;

import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.meanfield.model.FloatVector;

/** Batch norm and local response normalisation. */
final class Normalizations {
  private static final String MEAN = "mean";
  private static final String VARIANCE = "var";
  private static final String LOG10_DEVIATION = "log10stdev";

  private Normalizations() {}

  /**
   * With the running statistics. Where DL4J keeps the logarithm of the standard deviation {@code
   * v}, the variance is {@code 10^(2v)}. DL4J ignores the layer's activation, so it is left out.
   */
  static String batch(LayerScope scope, BatchNormalization layer) {
    FloatVector mean = scope.vector(MEAN);
    int channels = mean.length();
    List<String> inputs =
        List.of(
            trained(scope, "gamma", layer.getGamma(), channels),
            trained(scope, "beta", layer.getBeta(), channels),
            scope.constant(MEAN),
            scope.graph().constant(scope.vertex(), VARIANCE, variance(scope), channels));
    return scope.node("BatchNormalization", inputs, Attribute.real("epsilon", layer.getEps()));
  }

  /** ONNX divides alpha by the window's size, DL4J does not. */
  static String localResponse(LayerScope scope, LocalResponseNormalization layer) {
    return scope.unary(
        "LRN",
        Attribute.integer("size", Math.round(layer.getN())),
        Attribute.real("alpha", layer.getAlpha() * layer.getN()),
        Attribute.real("beta", layer.getBeta()),
        Attribute.real("bias", layer.getK()));
  }

  private static String trained(LayerScope scope, String name, double fixed, int channels) {
    if (scope.has(name)) {
      return scope.constant(name);
    }
    float[] values = new float[channels];
    Arrays.fill(values, (float) fixed);
    return scope.graph().constant(scope.vertex(), name, FloatVector.wrap(values), channels);
  }

  private static FloatVector variance(LayerScope scope) {
    if (scope.has(VARIANCE)) {
      return scope.vector(VARIANCE);
    }
    float[] values = scope.vector(LOG10_DEVIATION).toArray();
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.pow(10, 2.0 * values[i]);
    }
    return FloatVector.wrap(values);
  }
}
