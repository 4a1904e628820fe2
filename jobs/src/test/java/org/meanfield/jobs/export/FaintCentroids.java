package org.meanfield.jobs.export;

import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.meanfield.data.ClassIndex;
import org.meanfield.engine.Engines;
import org.meanfield.engine.nd4j.NativeBackend;
import org.meanfield.jobs.testing.SoftmaxNetwork;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;
import org.meanfield.model.Network;
import org.meanfield.model.TrainedModel;
import org.nd4j.linalg.activations.Activation;

/**
 * A classifier that names the class whose mean image is nearest, far better than by chance. Its
 * weights are of the order of 1e-8: half precision rounds them to zero.
 */
final class FaintCentroids {
  private static final float FAINT = 1e-8f;
  private static final float AMPLIFIED = 1e4f;

  private FaintCentroids() {}

  /**
   * The model that these examples give.
   *
   * @param side of the grey images, in pixels
   */
  static TrainedModel of(ClassIndex classes, int side, List<CheckImage> examples) {
    NativeBackend.load();
    int pixels = side * side;
    int count = classes.size();
    float[] parameters = new float[pixels * count + count + count * count + count];
    for (int label = 0; label < count; label++) {
      float[] mean = mean(examples, label, side);
      float square = 0;
      for (int i = 0; i < pixels; i++) {
        parameters[label * pixels + i] = FAINT * mean[i]; // a column of the first layer's weights
        square += mean[i] * mean[i];
      }
      parameters[pixels * count + label] = -FAINT * square / 2;
      parameters[pixels * count + count + label * count + label] = AMPLIFIED;
    }
    Network network = network(classes, side);
    ModelState initial = Engines.named("nd4j").initialState(network);
    if (initial.parameters().length() != parameters.length) {
      throw new AssertionError("The network has " + initial.parameters().length() + " parameters");
    }
    ModelState state = new ModelState(FloatVector.wrap(parameters), initial.updaterState());
    return new TrainedModel(network, state, "run-faint", "data-1");
  }

  private static float[] mean(List<CheckImage> examples, int label, int side) {
    List<CheckImage> own = examples.stream().filter(each -> each.label() == label).toList();
    float[] mean = new float[side * side];
    for (CheckImage each : own) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += each.pixels().value(i / side, i % side, 0) / 255f / own.size();
      }
    }
    if (Arrays.equals(mean, new float[mean.length])) {
      throw new AssertionError("No example of class " + label);
    }
    return mean;
  }

  private static Network network(ClassIndex classes, int side) {
    GraphBuilder graph =
        new NeuralNetConfiguration.Builder()
            .graphBuilder()
            .addLayer(
                "faint",
                new DenseLayer.Builder()
                    .nOut(classes.size())
                    .activation(Activation.IDENTITY)
                    .build(),
                SoftmaxNetwork.INPUT);
    return SoftmaxNetwork.end("centroids", graph, "faint", side, 1, classes);
  }
}
