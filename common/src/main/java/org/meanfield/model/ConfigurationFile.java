package org.meanfield.model;

import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.error.SettingsException;

/**
 * A network described by a DL4J configuration in JSON: a {@code ComputationGraphConfiguration} or a
 * {@code MultiLayerConfiguration}. The training recipe replaces the updaters, regularisation and
 * gradient normalisation in the file; its dropout stays.
 */
public final class ConfigurationFile {
  private ConfigurationFile() {}

  /**
   * The network of a configuration file, fitted to the images and classes: input shapes are derived
   * anew, and the classifier gets as many outputs as there are classes.
   *
   * @param artefact where the file lies, for messages
   * @throws SettingsException where it is no such configuration, or no image classifier
   */
  public static Network network(
      String artefact, String json, ImageSpec images, ClassIndex classes, TrainingRecipe recipe) {
    return fit(artefact, parse(artefact, json), images, classes, recipe);
  }

  /** The same for a configuration that was read already. */
  static Network fit(
      String artefact,
      ComputationGraphConfiguration configuration,
      ImageSpec images,
      ClassIndex classes,
      TrainingRecipe recipe) {
    ClassifierForm.impose(artefact, configuration, images, classes);
    recipe.applyTo(configuration);
    String file = artefact.substring(artefact.lastIndexOf('/') + 1);
    return new Network(file, configuration, images, classes);
  }

  /** Either kind of configuration as a graph. */
  static ComputationGraphConfiguration parse(String artefact, String json) {
    try {
      if (json.contains("\"vertices\"")) {
        return ComputationGraphConfiguration.fromJson(json);
      }
      if (json.contains("\"confs\"")) {
        return graphOf(MultiLayerConfiguration.fromJson(json));
      }
    } catch (RuntimeException e) {
      throw new SettingsException(
          artefact
              + " cannot be read as a DL4J configuration: "
              + e.getMessage()
              + "; write it with DL4J 1.0.0-M2.1's toJson()",
          e);
    }
    throw new SettingsException(
        artefact
            + " is no DL4J configuration: expected the JSON of a ComputationGraphConfiguration"
            + " ('vertices') or MultiLayerConfiguration ('confs')");
  }

  /**
   * The same layers as a graph, in the same order, so that the flat parameters are the same. A
   * layer without a name is called {@code layer} and its position.
   */
  public static ComputationGraphConfiguration graphOf(MultiLayerConfiguration chain) {
    boolean averaged = chain.getConfs().stream().allMatch(NeuralNetConfiguration::isMiniBatch);
    ComputationGraphConfiguration.GraphBuilder graph =
        new NeuralNetConfiguration.Builder()
            .seed(chain.getConfs().get(0).getSeed()) // else DL4J takes the time of day
            .miniBatch(averaged)
            .optimizationAlgo(chain.getConfs().get(0).getOptimizationAlgo())
            .graphBuilder()
            .addInputs(Architectures.INPUT);
    graph.validateOutputLayerConfig(false);
    String last = Architectures.INPUT;
    List<NeuralNetConfiguration> layers = chain.getConfs();
    for (int i = 0; i < layers.size(); i++) {
      Layer layer = layers.get(i).getLayer();
      String name = Optional.ofNullable(layer.getLayerName()).orElse("layer" + i);
      graph.addLayer(name, layer, chain.getInputPreProcess(i), last);
      last = name;
    }
    ComputationGraphConfiguration built = graph.setOutputs(last).build();
    BatchNormForm.remember(built);
    built.setDataType(chain.getDataType());
    return built;
  }
}
