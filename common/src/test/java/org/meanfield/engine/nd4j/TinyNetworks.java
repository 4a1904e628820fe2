package org.meanfield.engine.nd4j;

import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.data.ResizePolicy;
import org.meanfield.engine.Minibatch;
import org.meanfield.model.FloatVector;
import org.meanfield.model.Network;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** Networks and minibatches small enough for tests that run in milliseconds. */
public final class TinyNetworks {
  private TinyNetworks() {}

  /** 8x8 grey, 3 classes: convolution, batch norm, dense with dropout, softmax. */
  public static Network convolutional(IUpdater updater, double keepProbability) {
    ComputationGraphConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .seed(7)
            .updater(updater)
            .weightInit(WeightInit.RELU)
            .graphBuilder()
            .addInputs("image")
            .addLayer("conv1", new ConvolutionLayer.Builder(3, 3).nOut(4).build(), "image")
            .addLayer("bn1", new BatchNormalization(), "conv1")
            .addLayer(
                "dense1",
                new DenseLayer.Builder()
                    .nOut(16)
                    .activation(Activation.RELU)
                    .dropOut(keepProbability)
                    .build(),
                "bn1")
            .addLayer("probabilities", head(), "dense1")
            .setOutputs("probabilities")
            .setInputTypes(InputType.convolutional(8, 8, 1))
            .build();
    return new Network("tiny", configuration, spec(), classes());
  }

  /** 8x8 grey, 3 classes: dense and softmax, no batch norm, no dropout. */
  public static Network dense(IUpdater updater) {
    ComputationGraphConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .seed(7)
            .updater(updater)
            .weightInit(WeightInit.XAVIER)
            .graphBuilder()
            .addInputs("image")
            .addLayer(
                "dense1",
                new DenseLayer.Builder().nOut(12).activation(Activation.TANH).build(),
                "image")
            .addLayer("probabilities", head(), "dense1")
            .setOutputs("probabilities")
            .setInputTypes(InputType.convolutional(8, 8, 1))
            .build();
    return new Network("tiny-dense", configuration, spec(), classes());
  }

  /** 8x8 grey, 0..1. */
  public static ImageSpec spec() {
    return new ImageSpec(8, 8, 1, ResizePolicy.STRETCH, Normalization.unitRange(1));
  }

  /** Three classes. */
  public static ClassIndex classes() {
    return new ClassIndex(List.of("ant", "bee", "cat"));
  }

  /** Random pixels and labels. */
  public static Minibatch minibatch(int size, long seed) {
    Random random = new Random(seed);
    float[] pixels = new float[size * 64];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = random.nextFloat();
    }
    float[] targets = new float[size * 3];
    for (int i = 0; i < size; i++) {
      targets[i * 3 + random.nextInt(3)] = 1;
    }
    return new Minibatch(size, FloatVector.wrap(pixels), FloatVector.wrap(targets));
  }

  private static OutputLayer head() {
    return new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
        .nOut(3)
        .activation(Activation.SOFTMAX)
        .build();
  }
}
