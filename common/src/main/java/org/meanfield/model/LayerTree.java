package org.meanfield.model;

import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;

/** Looks through DL4J's wrapping layers. */
public final class LayerTree {
  private LayerTree() {}

  /** The layer that holds the weights, inside any freezing or other wrappers. */
  public static Layer innermost(Layer layer) {
    if (layer instanceof FrozenLayer frozen) {
      return innermost(frozen.getLayer());
    }
    if (layer instanceof FrozenLayerWithBackprop frozen) {
      return innermost(frozen.getUnderlying());
    }
    if (layer instanceof BaseWrapperLayer wrapper) {
      return innermost(wrapper.getUnderlying());
    }
    return layer;
  }
}
