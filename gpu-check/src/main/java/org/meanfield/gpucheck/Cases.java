package org.meanfield.gpucheck;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.data.ResizePolicy;
import org.meanfield.engine.Minibatch;
import org.meanfield.model.Architectures;
import org.meanfield.model.FloatVector;
import org.meanfield.model.GradientClipping;
import org.meanfield.model.LearningRateSchedule;
import org.meanfield.model.Network;
import org.meanfield.model.Optimizer;
import org.meanfield.model.TrainingRecipe;

/** Networks and minibatches of the check: the same numbers on every machine. */
final class Cases {
  private static final double LEARNING_RATE = 1e-4;

  private Cases() {}

  /** A network on square images, trained by SGD with momentum and weight decay, without dropout. */
  static Network network(String name, int side, int channels, int classes) {
    TrainingRecipe recipe =
        new TrainingRecipe(
            new Optimizer.Nesterov(0.9),
            new LearningRateSchedule.Constant(0),
            LEARNING_RATE,
            100,
            1e-4,
            new GradientClipping.None(),
            0,
            20261121);
    ImageSpec images =
        new ImageSpec(
            side, side, channels, ResizePolicy.STRETCH, Normalization.unitRange(channels));
    List<String> names = IntStream.range(0, classes).mapToObj(i -> "class" + i).toList();
    return Architectures.build(name, images, new ClassIndex(names), recipe);
  }

  /** Normally distributed pixels, one class each. */
  static Minibatch minibatch(Network network, int size, long seed) {
    Random random = new Random(seed);
    float[] pixels = new float[size * network.imageSpec().values()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextGaussian();
    }
    int classes = network.classes().size();
    float[] targets = new float[size * classes];
    for (int i = 0; i < size; i++) {
      targets[i * classes + random.nextInt(classes)] = 1;
    }
    return new Minibatch(size, FloatVector.wrap(pixels), FloatVector.wrap(targets));
  }
}
