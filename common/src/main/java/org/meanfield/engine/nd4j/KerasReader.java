package org.meanfield.engine.nd4j;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.modelimport.keras.KerasModelImport;
import org.deeplearning4j.nn.modelimport.keras.exceptions.InvalidKerasConfigurationException;
import org.deeplearning4j.nn.modelimport.keras.exceptions.UnsupportedKerasConfigurationException;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.meanfield.error.SettingsException;
import org.meanfield.model.ConfigurationFile;
import org.meanfield.model.PretrainedModel;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Reads Keras' HDF5 files and turns channels-last networks into channels-first ones. Convolution
 * kernels need nothing for that: DL4J keeps them in one order. The first fully connected layer
 * after a flattening gets its rows in the new order.
 */
final class KerasReader {
  private static final String WEIGHTS = "W";

  private KerasReader() {}

  static PretrainedModel read(String artefact, byte[] file) {
    try {
      Path copy = Files.createTempFile("keras", ".h5");
      try {
        Files.write(copy, file);
        return convert(artefact, load(copy.toString()));
      } finally {
        Files.delete(copy);
      }
    } catch (IOException
        | InvalidKerasConfigurationException
        | UnsupportedKerasConfigurationException
        | RuntimeException e) {
      throw new SettingsException(
          artefact
              + " cannot be read as a Keras model: "
              + e.getMessage()
              + "; expected a whole model (not weights only) saved by Keras 1 or 2 as HDF5",
          e);
    }
  }

  private static ComputationGraph load(String file)
      throws IOException,
          InvalidKerasConfigurationException,
          UnsupportedKerasConfigurationException {
    try {
      return KerasModelImport.importKerasModelAndWeights(file, false);
    } catch (InvalidKerasConfigurationException | IllegalArgumentException graphOnly) {
      try {
        return named(KerasModelImport.importKerasSequentialModelAndWeights(file, false));
      } catch (InvalidKerasConfigurationException | IllegalArgumentException e) {
        e.addSuppressed(graphOnly);
        throw e;
      }
    }
  }

  /** DL4J's own conversion would replace the layers' names by numbers. */
  private static ComputationGraph named(MultiLayerNetwork chain) {
    ComputationGraph graph =
        new ComputationGraph(ConfigurationFile.graphOf(chain.getLayerWiseConfigurations()));
    graph.init(chain.params().dup(), false);
    NetworkMemory.free(chain);
    return graph;
  }

  private static PretrainedModel convert(String artefact, ComputationGraph graph) {
    try {
      ComputationGraphConfiguration configuration = graph.getConfiguration();
      for (Map.Entry<String, GraphVertex> entry : configuration.getVertices().entrySet()) {
        if (entry.getValue() instanceof LayerVertex vertex) {
          if (vertex.getPreProcessor() instanceof CnnToFeedForwardPreProcessor flatten
              && flatten.getFormat() == CNN2DFormat.NHWC) {
            reorder(graph, entry.getKey(), flatten);
          }
          if (vertex.getLayerConf().getLayer() instanceof GlobalPoolingLayer pooling) {
            pooling.setPoolingDimensions(null);
          }
        }
      }
      // Every layer of DL4J names its data format by one of these two constants.
      String json = configuration.toJson().replace("\"NHWC\"", "\"NCHW\"");
      return new PretrainedModel(
          artefact,
          json,
          Nd4jModelReader.floats(graph.params()),
          Optional.empty(),
          Optional.empty());
    } finally {
      NetworkMemory.free(graph);
    }
  }

  /** Rows from (height, width, channel) to (channel, height, width) order. */
  private static void reorder(
      ComputationGraph graph, String flattened, CnnToFeedForwardPreProcessor shape) {
    String layer = flattened;
    while (!graph.getLayer(layer).paramTable().containsKey(WEIGHTS)) {
      layer = onlyConsumer(graph.getConfiguration(), layer);
    }
    INDArray weights = graph.getLayer(layer).getParam(WEIGHTS);
    long outputs = weights.size(1);
    try (INDArray rows = weights.dup('c');
        INDArray reordered =
            rows.reshape(
                    'c',
                    shape.getInputHeight(),
                    shape.getInputWidth(),
                    shape.getNumChannels(),
                    outputs)
                .permute(2, 0, 1, 3)
                .dup('c')) {
      weights.assign(reordered.reshape('c', weights.size(0), outputs));
    }
  }

  private static String onlyConsumer(ComputationGraphConfiguration graph, String vertex) {
    List<String> consumers =
        graph.getVertexInputs().entrySet().stream()
            .filter(entry -> entry.getValue().contains(vertex))
            .map(Map.Entry::getKey)
            .toList();
    if (consumers.size() != 1) {
      throw new IllegalArgumentException(
          "the flattened values of '" + vertex + "' go to " + consumers + ", expected one layer");
    }
    return consumers.get(0);
  }
}
