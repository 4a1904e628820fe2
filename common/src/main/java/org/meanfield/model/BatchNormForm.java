package org.meanfield.model;

import java.util.ArrayList;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;

/**
 * Lets a configuration's JSON keep how batch norm stores its variance. DL4J reads that from the
 * parameter names of the layer, which only a network with weights has, and else takes the logarithm
 * whatever {@code useLogStd} says.
 */
final class BatchNormForm {
  private BatchNormForm() {}

  /** Writes the parameter names of all batch-norm layers into the configuration; returns it. */
  static ComputationGraphConfiguration remember(ComputationGraphConfiguration graph) {
    for (GraphVertex vertex : graph.getVertices().values()) {
      if (vertex instanceof LayerVertex layerVertex) {
        NeuralNetConfiguration configuration = layerVertex.getLayerConf();
        if (configuration.getLayer() instanceof BatchNormalization layer) {
          configuration.setVariables(new ArrayList<>(layer.initializer().paramKeys(layer)));
        }
      }
    }
    return graph;
  }
}
