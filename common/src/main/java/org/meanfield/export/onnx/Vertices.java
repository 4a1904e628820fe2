package org.meanfield.export.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.meanfield.model.LayerTree;

/** The vertices of a graph: layers with what surrounds them, and those that join branches. */
final class Vertices {
  private static final Set<Class<? extends GraphVertex>> KNOWN =
      Set.of(
          LayerVertex.class,
          ElementWiseVertex.class,
          MergeVertex.class,
          ScaleVertex.class,
          ShiftVertex.class,
          SubsetVertex.class,
          PreprocessorVertex.class);
  private static final Set<Class<? extends InputPreProcessor>> KNOWN_PREPROCESSORS =
      Set.of(CnnToFeedForwardPreProcessor.class, FeedForwardToCnnPreProcessor.class);

  private Vertices() {}

  /** True where that kind of vertex can be translated. */
  static boolean knows(GraphVertex vertex) {
    return KNOWN.contains(vertex.getClass());
  }

  /** True where that kind of preprocessor can be translated. */
  static boolean knows(InputPreProcessor preprocessor) {
    return KNOWN_PREPROCESSORS.contains(preprocessor.getClass());
  }

  /**
   * Adds a vertex's nodes.
   *
   * @param scope of the vertex, reading its first input
   * @param inputs all that it reads
   * @return the name of its value
   */
  static String translate(LayerScope scope, GraphVertex vertex, List<String> inputs) {
    if (vertex instanceof LayerVertex layer) {
      return layer(scope, layer);
    }
    if (vertex instanceof PreprocessorVertex preprocessor) {
      return reshape(scope, preprocessor.getPreProcessor());
    }
    if (vertex instanceof ElementWiseVertex join) {
      return elementWise(scope, join, inputs);
    }
    if (vertex instanceof MergeVertex) {
      return scope.graph().node(scope.vertex(), "Concat", inputs, Attribute.integer("axis", 1));
    }
    if (vertex instanceof ScaleVertex scale) {
      return scope.node("Mul", List.of(scope.scalar("factor", scale.getScaleFactor())));
    }
    if (vertex instanceof ShiftVertex shift) {
      return scope.node("Add", List.of(scope.scalar("shift", shift.getShiftFactor())));
    }
    return subset(scope, (SubsetVertex) vertex);
  }

  private static String layer(LayerScope scope, LayerVertex vertex) {
    LayerScope prepared = scope.reading(reshape(scope, vertex.getPreProcessor()));
    Layer layer = LayerTree.innermost(vertex.getLayerConf().getLayer());
    LayerScope output = prepared.reading(Layers.translate(prepared, layer));
    return Layers.activation(layer)
        .map(function -> Activations.translate(output, function))
        .orElse(output.input());
  }

  /** DL4J flattens channels first, row by row, as ONNX does. */
  private static String reshape(LayerScope scope, InputPreProcessor preprocessor) {
    if (preprocessor instanceof CnnToFeedForwardPreProcessor) {
      return scope.unary("Flatten", Attribute.integer("axis", 1));
    }
    if (preprocessor instanceof FeedForwardToCnnPreProcessor cnn) {
      String shape =
          scope
              .graph()
              .integers(
                  scope.vertex(),
                  "shape",
                  0,
                  cnn.getNumChannels(),
                  cnn.getInputHeight(),
                  cnn.getInputWidth());
      return scope.node("Reshape", List.of(shape));
    }
    return scope.input();
  }

  private static String elementWise(
      LayerScope scope, ElementWiseVertex vertex, List<String> inputs) {
    return switch (vertex.getOp()) {
      case Add -> chain(scope, "Add", inputs);
      case Product -> chain(scope, "Mul", inputs);
      case Subtract -> chain(scope, "Sub", inputs);
      case Average -> scope.graph().node(scope.vertex(), "Mean", inputs);
      case Max -> scope.graph().node(scope.vertex(), "Max", inputs);
    };
  }

  private static String chain(LayerScope scope, String operator, List<String> inputs) {
    List<String> rest = new ArrayList<>(inputs);
    String value = rest.remove(0);
    for (String next : rest) {
      value = scope.graph().node(scope.vertex(), operator, List.of(value, next));
    }
    return value;
  }

  /** DL4J's range of channels includes both ends. */
  private static String subset(LayerScope scope, SubsetVertex vertex) {
    OnnxGraph graph = scope.graph();
    String starts = graph.integers(scope.vertex(), "starts", vertex.getFrom());
    String ends = graph.integers(scope.vertex(), "ends", vertex.getTo() + 1L);
    return scope.node("Slice", List.of(starts, ends, graph.integers(scope.vertex(), "axes", 1)));
  }
}
