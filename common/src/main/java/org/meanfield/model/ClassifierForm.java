package org.meanfield.model;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.error.SettingsException;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/**
 * Turns somebody else's graph into an image classifier as the engines know it: one image in, one
 * softmax with cross-entropy out, 32-bit floats.
 */
final class ClassifierForm {
  private final String artefact;
  private final ComputationGraphConfiguration graph;

  private ClassifierForm(String artefact, ComputationGraphConfiguration graph) {
    this.artefact = artefact;
    this.graph = graph;
  }

  /** Changes the configuration in place, or refuses it by name. */
  static void impose(
      String artefact, ComputationGraphConfiguration graph, ImageSpec images, ClassIndex classes) {
    new ClassifierForm(artefact, graph).impose(images, classes.size());
  }

  private void impose(ImageSpec images, int classes) {
    List<String> inputs = graph.getNetworkInputs();
    List<String> outputs = graph.getNetworkOutputs();
    if (inputs.size() != 1 || outputs.size() != 1) {
      throw refused(
          "it has the inputs " + inputs + " and outputs " + outputs + ", expected one of each");
    }
    OptimizationAlgorithm algorithm = graph.getDefaultConfiguration().getOptimizationAlgo();
    if (algorithm != OptimizationAlgorithm.STOCHASTIC_GRADIENT_DESCENT) {
      throw refused(
          "its optimisation algorithm is " + algorithm + ", expected STOCHASTIC_GRADIENT_DESCENT");
    }
    forgetShapes(inputs.get(0));
    OutputLayer head = head(outputs.get(0));
    head.setNOut(classes);
    graph.setDataType(DataType.FLOAT);
    InputType image = InputType.convolutional(images.height(), images.width(), images.channels());
    InputType found;
    try {
      Map<String, InputType> shapes = graph.getLayerActivationTypes(true, true, image);
      shapes.forEach(ClassifierForm::requireValues);
      found = shapes.get(graph.getNetworkOutputs().get(0));
    } catch (RuntimeException e) {
      throw new SettingsException(
          artefact
              + " cannot classify images of "
              + images.height()
              + "x"
              + images.width()
              + "x"
              + images.channels()
              + ": "
              + e.getMessage()
              + "; change the network or image.size and image.channels",
          e);
    }
    if (!found.equals(InputType.feedForward(classes))) {
      throw refused("its output is " + found + ", expected " + classes + " probabilities");
    }
  }

  /** DL4J accepts kernels larger than what they are put on, and then has nothing left. */
  private static void requireValues(String vertex, InputType shape) {
    boolean empty =
        shape instanceof InputType.InputTypeConvolutional values
            && (values.getHeight() < 1 || values.getWidth() < 1);
    if (empty) {
      throw new IllegalArgumentException("nothing is left of the image after '" + vertex + "'");
    }
  }

  /** Conversions that DL4J adds by itself carry the shapes of other images. */
  private void forgetShapes(String input) {
    for (Map.Entry<String, GraphVertex> entry : graph.getVertices().entrySet()) {
      if (entry.getValue() instanceof LayerVertex vertex) {
        vertex.getLayerConf().setDataType(DataType.FLOAT);
        boolean first = graph.getVertexInputs().get(entry.getKey()).contains(input);
        if (vertex.getPreProcessor() instanceof CnnToFeedForwardPreProcessor
            || (first && vertex.getPreProcessor() instanceof FeedForwardToCnnPreProcessor)) {
          vertex.setPreProcessor(null);
        }
      }
    }
  }

  /** The classifier layer, made one where softmax or loss stand apart from it. */
  private OutputLayer head(String name) {
    Layer layer = layer(name);
    if (layer instanceof OutputLayer output) {
      require(
          output.getActivationFn() instanceof ActivationSoftmax
              && output.getLossFn() instanceof LossMCXENT,
          output,
          output.getActivationFn() + " with " + output.getLossFn());
      return output;
    }
    if (layer instanceof LossLayer || layer instanceof ActivationLayer) {
      String before = graph.getVertexInputs().get(name).get(0);
      Layer inner = layer(before);
      require(inner instanceof DenseLayer, layer, "it stands on " + inner);
      requireOneSoftmax(layer, inner);
      graph.getVertices().remove(name);
      graph.getVertexInputs().remove(name);
      graph.setNetworkOutputs(List.of(before));
      return outputLayer(before, (DenseLayer) inner);
    }
    require(
        layer instanceof DenseLayer && activation(layer) instanceof ActivationSoftmax,
        layer,
        "no softmax");
    return outputLayer(name, (DenseLayer) layer);
  }

  private void requireOneSoftmax(Layer layer, Layer inner) {
    IActivation first = activation(inner);
    IActivation second = activation(layer);
    require(
        (first instanceof ActivationIdentity && second instanceof ActivationSoftmax)
            || (first instanceof ActivationSoftmax && second instanceof ActivationIdentity),
        layer,
        first + " and then " + second);
    require(
        !(layer instanceof LossLayer loss) || loss.getLossFn() instanceof LossMCXENT,
        layer,
        "another loss");
  }

  /** Same name, same weights in the same order. */
  private OutputLayer outputLayer(String name, DenseLayer dense) {
    OutputLayer output = GraphSketch.head((int) dense.getNOut(), 0);
    output.setLayerName(name);
    output.setNIn(dense.getNIn());
    output.setHasBias(dense.hasBias());
    output.setWeightInitFn(dense.getWeightInitFn());
    output.setIDropout(dense.getIDropout());
    ((LayerVertex) graph.getVertices().get(name)).getLayerConf().setLayer(output);
    return output;
  }

  private static IActivation activation(Layer layer) {
    if (layer instanceof ActivationLayer activation) {
      return activation.getActivationFn();
    }
    return layer instanceof BaseLayer base ? base.getActivationFn() : new ActivationIdentity();
  }

  private Layer layer(String name) {
    if (graph.getVertices().get(name) instanceof LayerVertex vertex) {
      Layer inner = LayerTree.innermost(vertex.getLayerConf().getLayer());
      vertex.getLayerConf().setLayer(inner);
      return inner;
    }
    throw refused("'" + name + "' at its end is no layer that a classifier can end with");
  }

  private void require(boolean holds, Layer layer, String found) {
    if (!holds) {
      throw refused(
          "layer '"
              + layer.getLayerName()
              + "' ("
              + layer.getClass().getSimpleName()
              + ") is not a softmax classifier: expected softmax with the loss MCXENT, found "
              + found);
    }
  }

  private SettingsException refused(String why) {
    return new SettingsException(artefact + " cannot be used as an image classifier: " + why);
  }
}
