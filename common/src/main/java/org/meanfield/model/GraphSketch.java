package org.meanfield.model;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.meanfield.data.ImageSpec;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * A graph being drawn, layer after layer, with the few kinds of layer that the architectures
 * consist of. Padding is always explicit and the same on both sides (DL4J's Truncate mode), so that
 * every engine and export format computes exactly the same.
 */
final class GraphSketch {
  private final ComputationGraphConfiguration.GraphBuilder graph;
  private final int classes;
  private final double dropout;
  private String last = Architectures.INPUT;

  GraphSketch(ImageSpec images, int classes, TrainingRecipe recipe) {
    this.classes = classes;
    this.dropout = recipe.dropout();
    // The recipe sets the seed afterwards: the builder's own seed() would load ND4J's natives, and
    // with them the slow ones where nobody has chosen yet.
    this.graph =
        new NeuralNetConfiguration.Builder()
            .weightInit(WeightInit.RELU)
            .activation(Activation.IDENTITY)
            .convolutionMode(ConvolutionMode.Truncate)
            .updater(recipe.updater())
            .graphBuilder()
            .addInputs(Architectures.INPUT)
            .setInputTypes(
                InputType.convolutional(images.height(), images.width(), images.channels()));
  }

  /** The name of the vertex that the next one is put on. */
  String last() {
    return last;
  }

  /** Continues from another vertex. */
  GraphSketch from(String vertex) {
    last = vertex;
    return this;
  }

  /**
   * A convolution with bias and without padding, and without a rectifier after it: He's weights
   * would be too large, Glorot's are not.
   */
  GraphSketch convolution(String name, int kernel, int channels) {
    return layer(
        name,
        new ConvolutionLayer.Builder(kernel, kernel)
            .nOut(channels)
            .weightInit(WeightInit.XAVIER)
            .hasBias(true)
            .activation(Activation.IDENTITY)
            .build());
  }

  /**
   * A convolution without bias, padded by half its kernel: with stride 1 the size stays. Batch norm
   * follows it and has the bias.
   */
  GraphSketch paddedConvolution(String name, int kernel, int stride, int channels) {
    return layer(
        name,
        new ConvolutionLayer.Builder(kernel, kernel)
            .stride(stride, stride)
            .padding(kernel / 2, kernel / 2)
            .nOut(channels)
            .hasBias(false)
            .activation(Activation.IDENTITY)
            .build());
  }

  /**
   * Batch normalisation, alone: DL4J's ignores an activation. It keeps the variance itself, not its
   * logarithm, so that averaging workers averages variances.
   */
  GraphSketch batchNorm(String name) {
    return layer(name, new BatchNormalization.Builder().decay(0.9).useLogStd(false).build());
  }

  /** Rectifier. */
  GraphSketch relu(String name) {
    return layer(name, new ActivationLayer.Builder().activation(Activation.RELU).build());
  }

  /** Maximum over squares. */
  GraphSketch maxPool(String name, int kernel, int stride, int padding) {
    return layer(
        name,
        new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
            .kernelSize(kernel, kernel)
            .stride(stride, stride)
            .padding(padding, padding)
            .build());
  }

  /** Mean over height and width. */
  GraphSketch globalAverage(String name) {
    return layer(name, new GlobalPoolingLayer.Builder(PoolingType.AVG).build());
  }

  /** Fully connected with rectifier. */
  GraphSketch dense(String name, int units) {
    return layer(name, new DenseLayer.Builder().nOut(units).activation(Activation.RELU).build());
  }

  /** Sum of two vertices of one shape. */
  GraphSketch add(String name, String other) {
    graph.addVertex(name, new ElementWiseVertex(ElementWiseVertex.Op.Add), last, other);
    last = name;
    return this;
  }

  /** The softmax classifier, with dropout on its input where the recipe has any. */
  void classifier() {
    layer(Architectures.OUTPUT, head(classes, dropout));
  }

  /** A classifier layer over any number of inputs. */
  static OutputLayer head(int classes, double dropout) {
    OutputLayer.Builder head =
        new OutputLayer.Builder(LossFunction.MCXENT)
            .nOut(classes)
            .weightInit(WeightInit.XAVIER)
            .activation(Activation.SOFTMAX);
    if (dropout > 0) {
      head.dropOut(1 - dropout); // DL4J's number is the probability to keep
    }
    return head.build();
  }

  /** The configuration, its shapes checked and filled in. */
  ComputationGraphConfiguration finish() {
    return graph.setOutputs(Architectures.OUTPUT).build();
  }

  private GraphSketch layer(String name, org.deeplearning4j.nn.conf.layers.Layer layer) {
    graph.addLayer(name, layer, last);
    last = name;
    return this;
  }
}
