package org.meanfield.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.UnaryOperator;
import org.meanfield.engine.Engine;
import org.meanfield.engine.Engines;
import org.meanfield.engine.Minibatch;
import org.meanfield.engine.Replica;
import org.meanfield.engine.StepPosition;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;
import org.meanfield.model.Network;

/**
 * Runs one network on {@code nd4j} and on another engine from one state and measures how far they
 * part: Euclidean distances, relative to the length of what {@code nd4j} has.
 */
final class Agreement {
  private static final int IMAGES = 8;
  private static final int STEPS_OF_AN_EPOCH = 3;

  private final Network network;
  private final Engine reference = Engines.named("nd4j");
  private final Engine tested;
  private final int images;
  private final UnaryOperator<Minibatch> form;

  Agreement(Network network, Engine tested) {
    this(network, tested, IMAGES);
  }

  /** With minibatches of {@code images}: fewer where the network is large. */
  Agreement(Network network, Engine tested, int images) {
    this(network, tested, images, UnaryOperator.identity());
  }

  private Agreement(Network network, Engine tested, int images, UnaryOperator<Minibatch> form) {
    this.network = network;
    this.tested = tested;
    this.images = images;
    this.form = form;
  }

  /** The same with what {@code form} makes of each minibatch that is trained on. */
  Agreement on(UnaryOperator<Minibatch> other) {
    return new Agreement(network, tested, images, other);
  }

  /** Asserts that outputs, loss and the change of every parameter by one step agree. */
  void holdsForOneStep(double tolerance, double changeTolerance) {
    holds(1, tolerance, changeTolerance);
  }

  /** Asserts the same, and that parameters and updater state still agree after ten steps. */
  void holdsForTenSteps(double tolerance) {
    holds(10, tolerance, tolerance);
  }

  /** Asserts the same, with another bound for what gradients add up to. */
  void holdsForTenSteps(double tolerance, double changeTolerance) {
    holds(10, tolerance, changeTolerance);
  }

  private void holds(int steps, double tolerance, double changeTolerance) {
    ModelState start = reference.initialState(network);
    try (Replica one = reference.open(network, 1);
        Replica other = tested.open(network, 1)) {
      one.load(start);
      other.load(start);
      Minibatch first = minibatch(network, images, 0);
      near("outputs", one.predict(first), other.predict(first), tolerance);
      for (int i = 0; i < steps; i++) {
        Minibatch minibatch = form.apply(minibatch(network, images, i));
        StepPosition position = new StepPosition(i, i / STEPS_OF_AN_EPOCH, i);
        double expected = one.step(minibatch, position);
        double found = other.step(minibatch, position);
        assertThat(Math.abs(found - expected) / Math.abs(expected))
            .as("loss of step %d: %s expected, %s found", i, expected, found)
            .isLessThan(tolerance);
        if (i == 0) {
          FloatVector change = change(start, one.state());
          near("first change", change, change(start, other.state()), changeTolerance);
        }
      }
      ModelState expected = one.state();
      ModelState found = other.state();
      near("parameters", expected.parameters(), found.parameters(), tolerance);
      near("updater state", expected.updaterState(), found.updaterState(), changeTolerance);
      double later = Math.max(10 * tolerance, changeTolerance); // by then the change counts
      near("outputs after training", one.predict(first), other.predict(first), later);
    }
  }

  private static FloatVector change(ModelState from, ModelState to) {
    float[] change = to.parameters().toArray();
    for (int i = 0; i < change.length; i++) {
      change[i] -= from.parameters().get(i);
    }
    return FloatVector.wrap(change);
  }

  private static void near(String what, FloatVector expected, FloatVector found, double tolerance) {
    assertThat(found.length()).as(what).isEqualTo(expected.length());
    double distance = 0;
    double length = 0;
    for (int i = 0; i < expected.length(); i++) {
      distance += Math.pow(expected.get(i) - found.get(i), 2);
      length += Math.pow(expected.get(i), 2);
    }
    double relative = length == 0 ? Math.sqrt(distance) : Math.sqrt(distance / length);
    assertThat(relative).as("%s: relative distance", what).isLessThan(tolerance);
  }

  /** Noise with smoothed labels. */
  static Minibatch minibatch(Network network, long seed) {
    return minibatch(network, IMAGES, seed);
  }

  private static Minibatch minibatch(Network network, int images, long seed) {
    Random random = new Random(seed);
    float[] pixels = new float[images * network.imageSpec().values()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextGaussian();
    }
    int classes = network.classes().size();
    float[] targets = new float[images * classes];
    for (int i = 0; i < images; i++) {
      targets[i * classes + random.nextInt(classes)] = 0.9f;
      targets[i * classes + random.nextInt(classes)] += 0.1f;
    }
    return new Minibatch(images, FloatVector.wrap(pixels), FloatVector.wrap(targets));
  }
}
