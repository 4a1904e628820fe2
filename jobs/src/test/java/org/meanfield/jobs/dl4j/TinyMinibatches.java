package org.meanfield.jobs.dl4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** Three classes that a tiny network tells apart, as DL4J's programs hold them. */
final class TinyMinibatches {
  static final int EXAMPLES = 50;
  static final int CLASSES = 3;
  private static final int SIDE = 6;

  private TinyMinibatches() {}

  /** All examples as images in minibatches of a size, the last one smaller. */
  static List<DataSet> images(int size) {
    return cut(size, SIDE, 1, SIDE, SIDE);
  }

  /** The same as images of two channels, one above the other before. */
  static List<DataSet> twoChannels(int size) {
    return cut(size, SIDE, 2, SIDE / 2, SIDE);
  }

  /** The same as vectors. */
  static List<DataSet> vectors(int size) {
    return cut(size, SIDE, SIDE * SIDE);
  }

  private static List<DataSet> cut(int size, int side, long... shape) {
    List<DataSet> minibatches = new ArrayList<>();
    for (int first = 0; first < EXAMPLES; first += size) {
      int examples = Math.min(size, EXAMPLES - first);
      long[] all = new long[shape.length + 1];
      all[0] = examples;
      System.arraycopy(shape, 0, all, 1, shape.length);
      float[] features = new float[examples * side * side];
      float[] labels = new float[examples * CLASSES];
      for (int i = 0; i < examples; i++) {
        example(first + i, features, i * side * side, labels, i * CLASSES);
      }
      INDArray values = Nd4j.create(features, all, 'c');
      INDArray targets = Nd4j.create(labels, new long[] {examples, CLASSES}, 'c');
      minibatches.add(new DataSet(values, targets));
    }
    return minibatches;
  }

  private static void example(int number, float[] features, int at, float[] labels, int label) {
    Random random = new Random(number);
    int own = random.nextInt(CLASSES);
    for (int i = 0; i < SIDE * SIDE; i++) {
      features[at + i] = (float) (0.3 * own + 0.5 * random.nextDouble());
    }
    labels[label + own] = 1;
  }

  /** Convolution, batch norm and output, on images. */
  static MultiLayerNetwork convolutional() {
    return network(
        InputType.convolutional(SIDE, SIDE, 1),
        new ConvolutionLayer.Builder(3, 3).nOut(2).activation(Activation.RELU).build(),
        new BatchNormalization());
  }

  /** The same, on images of two channels. */
  static MultiLayerNetwork convolutionalOnTwoChannels() {
    return network(
        InputType.convolutional(SIDE / 2, SIDE, 2),
        new ConvolutionLayer.Builder(3, 3).nOut(2).activation(Activation.RELU).build(),
        new BatchNormalization());
  }

  /** The same, on vectors that DL4J makes images of. */
  static MultiLayerNetwork convolutionalFlat() {
    return network(
        InputType.convolutionalFlat(SIDE, SIDE, 1),
        new ConvolutionLayer.Builder(3, 3).nOut(2).activation(Activation.RELU).build(),
        new BatchNormalization());
  }

  /** A hidden layer, on vectors. */
  static MultiLayerNetwork dense() {
    return network(
        InputType.feedForward(SIDE * SIDE),
        new DenseLayer.Builder().nOut(5).activation(Activation.TANH).build());
  }

  /** The convolutional network as a graph: the same weights in the same order. */
  static ComputationGraph graph() {
    ComputationGraph graph = convolutional().toComputationGraph();
    graph.init();
    return graph;
  }

  private static MultiLayerNetwork network(InputType input, Layer... hidden) {
    NeuralNetConfiguration.ListBuilder layers =
        new NeuralNetConfiguration.Builder()
            .seed(7)
            .updater(new Adam(0.02))
            .weightInit(WeightInit.XAVIER)
            .l2(1e-4)
            .list();
    for (Layer layer : hidden) {
      layers.layer(layer);
    }
    MultiLayerConfiguration configuration =
        layers
            .layer(
                new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                    .nOut(CLASSES)
                    .activation(Activation.SOFTMAX)
                    .build())
            .setInputType(input)
            .build();
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    return network;
  }
}
