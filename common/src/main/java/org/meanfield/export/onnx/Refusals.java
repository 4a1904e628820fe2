package org.meanfield.export.onnx;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.meanfield.model.LayerTree;

/** What of a graph has no exact ONNX form here, found before anything is written. */
final class Refusals {
  private Refusals() {}

  /** Vertex name to the reason why it cannot be exported; empty where all can. */
  static Map<String, String> of(ComputationGraphConfiguration graph) {
    Map<String, String> refused = new TreeMap<>();
    graph
        .getVertices()
        .forEach((name, vertex) -> of(vertex).ifPresent(why -> refused.put(name, why)));
    return refused;
  }

  private static Optional<String> of(GraphVertex vertex) {
    if (vertex instanceof LayerVertex layerVertex) {
      return firstOf(
          List.of(
              () -> ofPreprocessor(layerVertex.getPreProcessor()),
              () -> ofLayer(LayerTree.innermost(layerVertex.getLayerConf().getLayer()))));
    }
    if (vertex instanceof PreprocessorVertex preprocessor) {
      return ofPreprocessor(preprocessor.getPreProcessor());
    }
    if (vertex instanceof MergeVertex merge && merge.getMergeAxis() != 1) {
      return Optional.of("merging along dimension " + merge.getMergeAxis() + ", only 1 is known");
    }
    return Vertices.knows(vertex)
        ? Optional.empty()
        : Optional.of("vertex " + vertex.getClass().getName());
  }

  private static Optional<String> ofPreprocessor(InputPreProcessor preprocessor) {
    if (preprocessor == null) {
      return Optional.empty();
    }
    if (preprocessor instanceof CnnToFeedForwardPreProcessor flatten) {
      return ofFormat(flatten.getFormat());
    }
    return Vertices.knows(preprocessor)
        ? Optional.empty()
        : Optional.of("input preprocessor " + preprocessor.getClass().getName());
  }

  private static Optional<String> ofLayer(Layer layer) {
    if (!Layers.knows(layer)) {
      return Optional.of("layer " + layer.getClass().getName());
    }
    return firstOf(
        List.of(
            () -> ofLayout(layer),
            () -> ofPooling(layer),
            () ->
                layer instanceof DenseLayer dense && dense.hasLayerNorm()
                    ? Optional.of("layer normalization inside a dense layer")
                    : Optional.empty(),
            () ->
                layer instanceof LocalResponseNormalization lrn
                        && lrn.getN() != Math.rint(lrn.getN())
                    ? Optional.of("local response normalization over " + lrn.getN() + " channels")
                    : Optional.empty(),
            () -> Layers.activation(layer).flatMap(Activations::refusal)));
  }

  private static Optional<String> ofLayout(Layer layer) {
    if (layer instanceof ConvolutionLayer convolution) {
      if (Convolutions.isDilatedSame(convolution)
          && Arrays.stream(convolution.getStride()).anyMatch(s -> s > 1)) {
        return Optional.of("Same padding with both dilation and stride");
      }
      return convolution.getConvolutionMode() == ConvolutionMode.Causal
          ? Optional.of("causal convolution")
          : ofFormat(convolution.getCnn2dDataFormat());
    }
    if (layer instanceof SubsamplingLayer pool) {
      return ofFormat(pool.getCnn2dDataFormat());
    }
    if (layer instanceof BatchNormalization norm) {
      return ofFormat(norm.getCnn2DFormat());
    }
    if (layer instanceof ZeroPaddingLayer padding) {
      return ofFormat(padding.getDataFormat());
    }
    if (layer instanceof Cropping2D cropping) {
      return ofFormat(cropping.getDataFormat());
    }
    if (layer instanceof LocalResponseNormalization lrn) {
      return ofFormat(lrn.getDataFormat());
    }
    return layer instanceof Upsampling2D upsampling
        ? ofFormat(upsampling.getFormat())
        : Optional.empty();
  }

  private static Optional<String> ofPooling(Layer layer) {
    if (layer instanceof SubsamplingLayer pool) {
      boolean isKnown =
          switch (pool.getPoolingType()) {
            case MAX ->
                pool.getConvolutionMode() != ConvolutionMode.Same
                    || Arrays.stream(pool.getDilation()).allMatch(d -> d == 1);
            case AVG -> Arrays.stream(pool.getDilation()).allMatch(d -> d == 1);
            case SUM, PNORM -> false;
          };
      return isKnown
          ? Optional.empty()
          : Optional.of(
              pool.getPoolingType()
                  + " pooling with dilation "
                  + Arrays.toString(pool.getDilation()));
    }
    if (layer instanceof GlobalPoolingLayer pool) {
      int[] dimensions = pool.getPoolingDimensions();
      if (dimensions != null && !Arrays.equals(dimensions, new int[] {2, 3})) {
        return Optional.of("global pooling over dimensions " + Arrays.toString(dimensions));
      }
      if (pool.getPoolingType() == PoolingType.PNORM && pool.getPnorm() != 2) {
        return Optional.of("global pooling with the " + pool.getPnorm() + "-norm");
      }
    }
    return Optional.empty();
  }

  private static Optional<String> ofFormat(CNN2DFormat format) {
    return format == CNN2DFormat.NHWC
        ? Optional.of("channels last (NHWC); only channels first is known")
        : Optional.empty();
  }

  private static Optional<String> firstOf(List<Supplier<Optional<String>>> checks) {
    return checks.stream().map(Supplier::get).flatMap(Optional::stream).findFirst();
  }
}
