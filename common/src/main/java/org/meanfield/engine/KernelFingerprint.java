package org.meanfield.engine;

import java.io.Serializable;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.data.ResizePolicy;
import org.meanfield.model.Architectures;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;
import org.meanfield.model.ModelStateCodec;
import org.meanfield.model.Network;
import org.meanfield.model.Optimizer;
import org.meanfield.model.TrainingRecipe;
import org.meanfield.natives.Processor;

/**
 * How a process rounds, found by computing: two steps of two small networks, from numbers that are
 * the same everywhere. Libraries choose their kernels by the processor, the environment and their
 * own version, and other kernels give other last bits; where two processes have the same
 * fingerprint they have, as far as these products, convolutions and sums tell, the same kernels.
 *
 * @param engine that computed
 * @param digest of the states that the steps led to
 * @param device that it computed on
 * @param description of the engine there, and the processor
 */
public record KernelFingerprint(String engine, String digest, String device, String description)
    implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final int IMAGES = 16;
  private static final int STEPS = 2;
  private static final int CLASSES = 10;
  private static final int DIGITS = 16;
  private static final Map<String, KernelFingerprint> KNOWN = new ConcurrentHashMap<>();

  /**
   * This process's, computed once.
   *
   * @param threads native threads of a replica: they change sums too
   */
  public static KernelFingerprint of(Engine engine, ComputeDevice device, int threads) {
    return KNOWN.computeIfAbsent(
        engine.name() + " " + device + " " + threads, key -> compute(engine, device, threads));
  }

  private static KernelFingerprint compute(Engine engine, ComputeDevice device, int threads) {
    String digest =
        digest(engine, device, threads, network("lenet", 28, 1))
            + digest(engine, device, threads, network("cnn", 16, 3));
    return new KernelFingerprint(
        engine.name(), digest, device.toString(), engine.description() + ", " + Processor.name());
  }

  private static String digest(Engine engine, ComputeDevice device, int threads, Network network) {
    try (Replica replica = engine.open(network, device, threads)) {
      ModelState form = replica.state();
      Random random = new Random(1);
      // Not the engine's own first weights: a library draws them, with its own roundings.
      replica.load(
          new ModelState(
              numbers(random, form.parameters().length(), 0.05f),
              FloatVector.wrap(new float[form.updaterState().length()])));
      for (int step = 0; step < STEPS; step++) {
        replica.step(minibatch(network, random), new StepPosition(step, 0, step));
      }
      return ModelStateCodec.sha256(replica.state()).substring(0, DIGITS);
    }
  }

  /** With momentum, so that the state has gradients to their last bit. */
  private static Network network(String name, int side, int channels) {
    ImageSpec images =
        new ImageSpec(
            side, side, channels, ResizePolicy.STRETCH, Normalization.unitRange(channels));
    ClassIndex classes =
        new ClassIndex(IntStream.range(0, CLASSES).mapToObj(Integer::toString).toList());
    return Architectures.build(
        name,
        images,
        classes,
        TrainingRecipe.plain(0.01, 1).withOptimizer(new Optimizer.Nesterov(0.9)));
  }

  private static Minibatch minibatch(Network network, Random random) {
    float[] targets = new float[IMAGES * CLASSES];
    for (int image = 0; image < IMAGES; image++) {
      targets[image * CLASSES + random.nextInt(CLASSES)] = 1;
    }
    return new Minibatch(
        IMAGES,
        numbers(random, IMAGES * network.imageSpec().values(), 1),
        FloatVector.wrap(targets));
  }

  private static FloatVector numbers(Random random, int count, float deviation) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) random.nextGaussian() * deviation;
    }
    return FloatVector.wrap(numbers);
  }
}
