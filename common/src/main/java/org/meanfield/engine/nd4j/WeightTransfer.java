package org.meanfield.engine.nd4j;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.error.SettingsException;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;
import org.meanfield.model.Network;
import org.meanfield.model.PretrainedModel;
import org.meanfield.model.StartingPoint;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Moves weights from one network to another by layer name. */
public final class WeightTransfer {
  private WeightTransfer() {}

  /**
   * A network that starts from a pretrained model's weights: a layer keeps them where its name and
   * all its shapes fit, and the classifier only where the classes are the same. Every other layer
   * starts anew from the network's seed.
   *
   * @param freezeUntil the last layer that does not learn
   * @throws SettingsException where nothing fits, or a layer would be frozen that has new weights
   */
  public static StartingPoint start(
      PretrainedModel model, Network network, Optional<String> freezeUntil) {
    NativeBackend.load();
    Network target = freezeUntil.map(network::freezeUntil).orElse(network);
    ComputationGraph source = open(model);
    ComputationGraph graph = new ComputationGraph(target.configuration());
    try {
      graph.init();
      List<String> kept = new ArrayList<>();
      List<String> fresh = new ArrayList<>();
      List<String> frozen = new ArrayList<>();
      for (Layer layer : graph.getLayers()) {
        String name = layer.conf().getLayer().getLayerName();
        if (layer.numParams() == 0) {
          continue;
        }
        boolean output = graph.getConfiguration().getNetworkOutputs().contains(name);
        boolean wanted = !output || model.hasClasses(network.classes());
        (wanted && copy(source, name, layer) ? kept : fresh).add(name);
        if (layer instanceof FrozenLayer) {
          frozen.add(name);
        }
      }
      check(model, kept, fresh, frozen);
      graph.getUpdater();
      return new StartingPoint(target, stateOf(graph), kept, fresh, frozen);
    } finally {
      NetworkMemory.free(source);
      NetworkMemory.free(graph);
    }
  }

  private static ComputationGraph open(PretrainedModel model) {
    ComputationGraph source =
        new ComputationGraph(ComputationGraphConfiguration.fromJson(model.configurationJson()));
    INDArray parameters = Nd4j.createFromArray(model.parameters().toArray());
    try {
      source.init(parameters, false);
      return source;
    } catch (IllegalArgumentException | IllegalStateException e) {
      NetworkMemory.free(source);
      throw new CorruptArtifactException(
          model.artefact()
              + ": its "
              + model.parameters().length()
              + " weights do not fit its own layers: "
              + e.getMessage()
              + "; restore it",
          e);
    }
  }

  private static boolean copy(ComputationGraph from, String name, Layer to) {
    if (!(from.getConfiguration().getVertices().get(name) instanceof LayerVertex)) {
      return false;
    }
    Map<String, INDArray> source = from.getLayer(name).paramTable();
    Map<String, INDArray> target = to.paramTable();
    boolean fits =
        source.keySet().equals(target.keySet())
            && source.entrySet().stream()
                .allMatch(
                    entry ->
                        Arrays.equals(
                            entry.getValue().shape(), target.get(entry.getKey()).shape()));
    if (fits) {
      source.forEach((key, values) -> target.get(key).assign(values));
    }
    return fits;
  }

  private static void check(
      PretrainedModel model, List<String> kept, List<String> fresh, List<String> frozen) {
    if (kept.isEmpty()) {
      throw new SettingsException(
          model.artefact()
              + " has no layer whose name and shape fit the network's layers "
              + fresh
              + "; choose another model.name or model.start-from");
    }
    List<String> random = frozen.stream().filter(fresh::contains).toList();
    if (!random.isEmpty()) {
      throw new SettingsException(
          "model.freeze-until would freeze the layers "
              + random
              + ", which have new weights because "
              + model.artefact()
              + " has none that fit; freeze fewer layers");
    }
  }

  private static ModelState stateOf(ComputationGraph graph) {
    INDArray updater = graph.getUpdater().getUpdaterStateViewArray();
    return new ModelState(
        Nd4jModelReader.floats(graph.params()),
        updater == null ? FloatVector.empty() : Nd4jModelReader.floats(updater));
  }
}
