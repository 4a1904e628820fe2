package org.meanfield.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.data.ResizePolicy;
import org.meanfield.engine.Engine;
import org.meanfield.engine.Minibatch;
import org.meanfield.engine.Replica;
import org.meanfield.engine.StepPosition;
import org.meanfield.jobs.spark.LogConfiguration;
import org.meanfield.model.Architectures;
import org.meanfield.model.FloatVector;
import org.meanfield.model.Network;
import org.meanfield.model.Optimizer;
import org.meanfield.model.TrainingRecipe;

/**
 * Images/s of one replica on one native thread, without Spark, data or exchange: what an engine can
 * do. Run in a process of its own: {@code EngineSpeed TASK.json FIGURES.json}.
 */
public final class EngineSpeed {
  private static final int CLASSES = 10;
  private static final int MINIBATCHES = 8;

  private final Task task;
  private final Replica replica;
  private final List<Minibatch> minibatches;
  private int iteration;

  private EngineSpeed(Task task, Replica replica) {
    this.task = task;
    this.replica = replica;
    this.minibatches = minibatches(task);
  }

  /**
   * What is measured.
   *
   * @param variant engine and precision
   * @param network a built-in architecture
   * @param side of the square images, in pixels
   * @param channels 1 or 3
   * @param batchSize images of a step
   * @param timing how long
   */
  record Task(
      Variant variant, String network, int side, int channels, int batchSize, Timing timing) {}

  /** Measures and writes the figures. */
  public static void main(String[] args) throws IOException {
    LogConfiguration.applyUnlessConfigured();
    Task task = new ObjectMapper().readValue(Path.of(args[0]).toFile(), Task.class);
    Engine engine = task.variant().open();
    Network network = network(task);
    try (Replica replica = engine.open(network, 1)) {
      replica.load(engine.initialState(network));
      new Outcome.Measured(new EngineSpeed(task, replica).measure(), engine.description(), Map.of())
          .write(Path.of(args[1]));
    }
  }

  private List<Double> measure() {
    imagesPerSecond(task.timing().warmUpSeconds());
    List<Double> windows = new ArrayList<>();
    for (int window = 0; window < task.timing().windows(); window++) {
      windows.add(imagesPerSecond(task.timing().windowSeconds()));
    }
    if (task.timing().afterSeconds() > 0) {
      imagesPerSecond(task.timing().afterSeconds());
    }
    return windows;
  }

  private double imagesPerSecond(double seconds) {
    long start = System.nanoTime();
    long images = 0;
    double elapsed;
    do {
      Minibatch minibatch = minibatches.get(iteration % minibatches.size());
      replica.step(minibatch, new StepPosition(iteration, 0, iteration));
      iteration++;
      images += minibatch.size();
      elapsed = (System.nanoTime() - start) / 1e9;
    } while (elapsed < seconds);
    return images / elapsed;
  }

  private static Network network(Task task) {
    ClassIndex classes =
        new ClassIndex(IntStream.range(0, CLASSES).mapToObj(String::valueOf).toList());
    ImageSpec images =
        new ImageSpec(
            task.side(),
            task.side(),
            task.channels(),
            ResizePolicy.STRETCH,
            Normalization.unitRange(task.channels()));
    TrainingRecipe recipe =
        TrainingRecipe.plain(0.01, 1).withOptimizer(new Optimizer.Nesterov(0.9));
    return Architectures.build(task.network(), images, classes, recipe);
  }

  /** Normal noise with random labels: no engine's speed depends on what an image shows. */
  private static List<Minibatch> minibatches(Task task) {
    Random random = new Random(1);
    List<Minibatch> minibatches = new ArrayList<>();
    for (int i = 0; i < MINIBATCHES; i++) {
      float[] pixels = new float[task.batchSize() * task.channels() * task.side() * task.side()];
      for (int value = 0; value < pixels.length; value++) {
        pixels[value] = (float) random.nextGaussian();
      }
      float[] targets = new float[task.batchSize() * CLASSES];
      for (int image = 0; image < task.batchSize(); image++) {
        targets[image * CLASSES + random.nextInt(CLASSES)] = 1;
      }
      minibatches.add(
          new Minibatch(task.batchSize(), FloatVector.wrap(pixels), FloatVector.wrap(targets)));
    }
    return minibatches;
  }
}
