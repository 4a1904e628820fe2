package org.meanfield.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeFeedForward;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.meanfield.config.NearestName;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.error.SettingsException;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Cuts a network off after a vertex, so that its outputs are that vertex's values. */
final class Truncation {
  private static final String AVERAGE = "embedding-average";
  private static final String OUTPUT = "embedding";

  private Truncation() {}

  static Network upTo(Network network, String last) {
    Network thawed = network.withoutFreezing();
    ComputationGraphConfiguration graph = thawed.configuration();
    requireHidden(network, graph, last);
    InputType values = shape(thawed, last);
    Set<String> kept = Freezing.ancestors(graph, last);
    graph.getVertices().keySet().retainAll(kept);
    graph.getVertexInputs().keySet().retainAll(kept);
    graph.setTopologicalOrder(null); // of the whole network
    graph.setTopologicalOrderStr(null);
    String end = last;
    long features;
    if (values instanceof InputTypeConvolutional images) {
      add(graph, AVERAGE, new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), end);
      end = AVERAGE;
      features = images.getChannels();
    } else if (values instanceof InputTypeFeedForward row) {
      features = row.getSize();
    } else {
      throw new SettingsException(
          "The values of '" + last + "' are " + values + "; features come from rows or images");
    }
    LossLayer output =
        new LossLayer.Builder()
            .lossFunction(LossFunction.MSE)
            .activation(Activation.IDENTITY)
            .build();
    add(graph, OUTPUT, output, end);
    graph.setNetworkOutputs(List.of(OUTPUT));
    List<String> numbers = IntStream.range(0, (int) features).mapToObj(Integer::toString).toList();
    return new Network(
        network.name() + " up to " + last, graph, network.imageSpec(), new ClassIndex(numbers));
  }

  private static void requireHidden(
      Network network, ComputationGraphConfiguration graph, String last) {
    List<String> hidden = new ArrayList<>(graph.getVertices().keySet());
    hidden.removeAll(graph.getNetworkOutputs());
    if (!hidden.contains(last)) {
      throw new SettingsException(
          "The network '"
              + network.name()
              + "' has no layer '"
              + last
              + "' before its classifier"
              + NearestName.find(last, hidden).map(n -> "; did you mean '" + n + "'?").orElse("")
              + "; it has "
              + String.join(", ", hidden));
    }
  }

  /** On a copy: DL4J writes into what it asks. */
  private static InputType shape(Network network, String last) {
    ImageSpec images = network.imageSpec();
    return network
        .configuration()
        .getLayerActivationTypes(
            InputType.convolutional(images.height(), images.width(), images.channels()))
        .get(last);
  }

  private static void add(
      ComputationGraphConfiguration graph, String name, Layer layer, String before) {
    layer.setLayerName(name);
    NeuralNetConfiguration configuration = graph.getDefaultConfiguration().clone();
    configuration.setLayer(layer);
    graph.getVertices().put(name, new LayerVertex(configuration, null));
    graph.getVertexInputs().put(name, List.of(before));
  }
}
