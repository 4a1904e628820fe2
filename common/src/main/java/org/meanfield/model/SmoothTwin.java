package org.meanfield.model;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationTanH;

/**
 * The same network with smooth functions in the place of bent ones: tanh for rectifiers, averages
 * for maxima. Where a value lies within rounding of a bend, two correct engines may go to either
 * side of it, and a few steps later they differ visibly; without bends they stay together.
 */
public final class SmoothTwin {
  private SmoothTwin() {}

  /** The twin of a network, which keeps its name, its layout and its image form. */
  public static Network of(Network network) {
    ComputationGraphConfiguration graph = network.configuration();
    for (GraphVertex vertex : graph.getVertices().values()) {
      if (vertex instanceof LayerVertex layerVertex) {
        smooth(layerVertex.getLayerConf().getLayer());
      }
    }
    return new Network(network.name(), graph, network.imageSpec(), network.classes());
  }

  private static void smooth(Layer layer) {
    if (layer instanceof SubsamplingLayer pooling) {
      pooling.setPoolingType(PoolingType.AVG);
    } else if (layer instanceof ActivationLayer activation
        && activation.getActivationFn() instanceof ActivationReLU) {
      activation.setActivationFn(new ActivationTanH());
    } else if (layer instanceof BaseLayer base
        && base.getActivationFn() instanceof ActivationReLU) {
      base.setActivationFn(new ActivationTanH());
    }
  }
}
