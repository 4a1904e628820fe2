package org.meanfield.engine.nd4j;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.data.ResizePolicy;
import org.meanfield.error.SettingsException;
import org.meanfield.model.Network;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Somebody else's graph in the form in which engines are fed: an image in, a row of numbers out.
 * Vectors of F values become images of 1 x F that the first layer flattens again, which adds no
 * parameter and changes no number.
 */
final class NetworkForm {
  private static final String NAME = "dl4j";
  private static final String STOCK = "; train it with ParameterAveragingTrainingMaster";

  private final ComputationGraphConfiguration graph;

  private NetworkForm(ComputationGraphConfiguration graph) {
    this.graph = graph;
  }

  /**
   * The network of a graph.
   *
   * @param graph a copy, which is changed
   * @param examples what it is trained on
   */
  static Network of(ComputationGraphConfiguration graph, ExampleShape examples) {
    NetworkForm form = new NetworkForm(graph);
    form.forgetCounters();
    form.requireKnown();
    ImageSpec images = form.images(examples.features());
    List<String> classes =
        IntStream.range(0, examples.targets()).mapToObj(Integer::toString).toList();
    return new Network(NAME, graph, images, new ClassIndex(classes));
  }

  /** A definition is the same however often it was trained on. */
  private void forgetCounters() {
    graph.setIterationCount(0);
    graph.setEpochCount(0);
    for (GraphVertex vertex : graph.getVertices().values()) {
      if (vertex instanceof LayerVertex layer) {
        layer.getLayerConf().setIterationCount(0);
        layer.getLayerConf().setEpochCount(0);
      }
    }
  }

  private void requireKnown() {
    List<String> inputs = graph.getNetworkInputs();
    List<String> outputs = graph.getNetworkOutputs();
    if (inputs.size() != 1 || outputs.size() != 1) {
      throw refused(
          "it has the inputs " + inputs + " and outputs " + outputs + ", expected one of each");
    }
    if (graph.getBackpropType() != BackpropType.Standard) {
      throw refused("it is trained by truncated back-propagation through time");
    }
    if (graph.getDataType() != DataType.FLOAT) {
      throw new SettingsException(
          "The network computes in "
              + graph.getDataType()
              + ", and the engines keep weights in FLOAT; configure dataType(DataType.FLOAT)");
    }
    OptimizationAlgorithm algorithm = graph.getDefaultConfiguration().getOptimizationAlgo();
    if (algorithm != OptimizationAlgorithm.STOCHASTIC_GRADIENT_DESCENT) {
      throw refused("its optimisation algorithm is " + algorithm);
    }
  }

  private ImageSpec images(List<Integer> features) {
    if (features.size() == 3) {
      return spec(features.get(1), features.get(2), features.get(0));
    }
    String input = graph.getNetworkInputs().get(0);
    ImageSpec images = spec(1, features.get(0), 1);
    for (Map.Entry<String, GraphVertex> entry : graph.getVertices().entrySet()) {
      if (graph.getVertexInputs().get(entry.getKey()).contains(input)) {
        images = fed(entry.getKey(), entry.getValue(), images);
      }
    }
    return images;
  }

  /** What a vertex that takes vectors makes of them. */
  private static ImageSpec fed(String name, GraphVertex vertex, ImageSpec images) {
    if (!(vertex instanceof LayerVertex layer)) {
      throw refused(
          "vertex '" + name + "' (" + vertex.getClass().getSimpleName() + ") takes vectors");
    }
    InputPreProcessor given = layer.getPreProcessor();
    if (given instanceof FeedForwardToCnnPreProcessor image) {
      return spec(image.getInputHeight(), image.getInputWidth(), image.getNumChannels());
    }
    if (given != null) {
      throw refused(
          "layer '" + name + "' gets vectors through a " + given.getClass().getSimpleName());
    }
    layer.setPreProcessor(
        new CnnToFeedForwardPreProcessor(images.height(), images.width(), images.channels()));
    return images;
  }

  private static ImageSpec spec(long height, long width, long channels) {
    return new ImageSpec(
        Math.toIntExact(height),
        Math.toIntExact(width),
        Math.toIntExact(channels),
        ResizePolicy.STRETCH,
        Normalization.unitRange((int) channels));
  }

  private static SettingsException refused(String why) {
    return new SettingsException("No engine of Meanfield trains this network: " + why + STOCK);
  }
}
