package org.meanfield.model;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.meanfield.config.NearestName;
import org.meanfield.error.SettingsException;

/**
 * Layers that do not learn. A frozen layer is wrapped in DL4J's {@code FrozenLayer}: it keeps its
 * place in the flat parameters, has no updater state, and runs as in inference, so that batch-norm
 * statistics stay too and dropout is off.
 */
final class Freezing {
  private Freezing() {}

  /**
   * Freezes a vertex and everything that it depends on.
   *
   * @return the names of the frozen vertices
   * @throws SettingsException where there is no such layer, or it is the classifier
   */
  static Set<String> freezeUntil(ComputationGraphConfiguration graph, String last) {
    List<String> names = new ArrayList<>(graph.getVertices().keySet());
    if (!names.contains(last)) {
      throw new SettingsException(
          "model.freeze-until: there is no layer '"
              + last
              + "'"
              + NearestName.find(last, names).map(n -> "; did you mean '" + n + "'?").orElse("")
              + "; the layers are "
              + String.join(", ", names));
    }
    if (graph.getNetworkOutputs().contains(last)) {
      throw new SettingsException(
          "model.freeze-until: '" + last + "' is the classifier; nothing would be left to train");
    }
    Set<String> frozen = ancestors(graph, last);
    for (String name : frozen) {
      freeze(graph.getVertices(), name);
    }
    return frozen;
  }

  /** Takes all freezing away. */
  static void thaw(ComputationGraphConfiguration graph) {
    graph
        .getVertices()
        .replaceAll(
            (name, vertex) ->
                vertex instanceof FrozenVertex frozen ? frozen.getUnderlying() : vertex);
    for (GraphVertex vertex : graph.getVertices().values()) {
      if (vertex instanceof LayerVertex layerVertex
          && layerVertex.getLayerConf().getLayer() instanceof FrozenLayer frozen) {
        layerVertex.getLayerConf().setLayer(frozen.getLayer());
      }
    }
  }

  /** A vertex and everything that it depends on, the network's inputs left out. */
  static Set<String> ancestors(ComputationGraphConfiguration graph, String last) {
    Set<String> found = new LinkedHashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(last));
    while (!open.isEmpty()) {
      String name = open.pop();
      if (!graph.getNetworkInputs().contains(name) && found.add(name)) {
        open.addAll(graph.getVertexInputs().get(name));
      }
    }
    return found;
  }

  private static void freeze(Map<String, GraphVertex> vertices, String name) {
    GraphVertex vertex = vertices.get(name);
    if (!(vertex instanceof LayerVertex layerVertex)) {
      vertices.put(name, new FrozenVertex(vertex));
      return;
    }
    Layer layer = layerVertex.getLayerConf().getLayer();
    if (!(layer instanceof FrozenLayer)) {
      FrozenLayer frozen = new FrozenLayer(layer);
      frozen.setLayerName(name);
      layerVertex.getLayerConf().setLayer(frozen);
    }
  }
}
