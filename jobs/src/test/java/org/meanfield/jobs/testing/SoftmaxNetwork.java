package org.meanfield.jobs.testing;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.data.ResizePolicy;
import org.meanfield.model.Network;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** Networks on square images that end in a softmax over the classes. */
public final class SoftmaxNetwork {
  /** What the layers before read. */
  public static final String INPUT = "image";

  private SoftmaxNetwork() {}

  /**
   * Ends a graph and makes it a network.
   *
   * @param graph layers on {@link #INPUT}, if any
   * @param last what the softmax reads: the last of them, or the input
   * @param side of the images, in pixels
   */
  public static Network end(
      String name, GraphBuilder graph, String last, int side, int channels, ClassIndex classes) {
    graph
        .addInputs(INPUT)
        .addLayer(
            "output",
            new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                .nOut(classes.size())
                .activation(Activation.SOFTMAX)
                .build(),
            last)
        .setOutputs("output")
        .setInputTypes(InputType.convolutional(side, side, channels));
    ImageSpec spec =
        new ImageSpec(
            side, side, channels, ResizePolicy.STRETCH, Normalization.unitRange(channels));
    return new Network(name, graph.build(), spec, classes);
  }
}
