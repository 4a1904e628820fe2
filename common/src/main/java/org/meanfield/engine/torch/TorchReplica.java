package org.meanfield.engine.torch;

import java.util.function.DoubleSupplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.meanfield.engine.Minibatch;
import org.meanfield.engine.Precision;
import org.meanfield.engine.Replica;
import org.meanfield.engine.StepPosition;
import org.meanfield.engine.nd4j.GraphLayout;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;
import org.meanfield.model.Network;

/** One network on LibTorch. Not thread-safe, but may move between threads. */
final class TorchReplica implements Replica {
  private final Network network;
  private final int threads;
  private final TorchDevice device;
  private final PointerScope scope; // owns everything below
  private final FlatMemory memory;
  private final CompiledGraph graph;
  private final Inference inference;
  private final GradientStep gradientStep;
  private final Generator generator;
  private final GeneratorOptional draws;
  private final boolean averaged;
  private boolean closed;

  TorchReplica(
      Network network,
      GraphLayout layout,
      TorchDevice device,
      Precision precision,
      ImageLayout images,
      int threads) {
    this.network = network;
    this.threads = threads;
    this.device = device;
    TorchNatives.useThreads(threads);
    this.averaged = network.configuration().getDefaultConfiguration().isMiniBatch();
    try (PointerScope opening = new PointerScope()) {
      this.memory = FlatMemory.forTraining(layout, device.handle());
      this.graph = GraphCompiler.compile(network, layout, memory);
      this.inference = new Inference(network, graph, device, precision, images, threads);
      this.gradientStep = new GradientStep(layout, memory);
      this.generator = device.generator();
      this.draws = new GeneratorOptional(generator);
      this.scope = opening.extend();
    } catch (RuntimeException e) {
      throw device.explained(e, network.name());
    }
  }

  @Override
  public void load(ModelState state) {
    memory.load(network.name(), state);
  }

  @Override
  public double step(Minibatch minibatch, StepPosition position) {
    TorchNatives.useThreads(threads);
    device.begin();
    try {
      return Native.temporary(() -> train(minibatch, position));
    } catch (RuntimeException e) {
      throw device.explained(
          e,
          network.name(),
          minibatch,
          smaller -> Native.temporary(() -> train(smaller, position)));
    }
  }

  private double train(Minibatch minibatch, StepPosition position) {
    generator.set_current_seed(position.seed());
    memory.gradients().zero_();
    Pass pass =
        new Pass(
            Pass.Mode.TRAINING, inference.compute(), draws, position.iteration(), position.epoch());
    Tensor output = graph.forward(inference.images(minibatch), pass).to(ScalarType.Float);
    double divisor = averaged ? minibatch.size() : 1;
    DoubleSupplier loss = graph.loss().backward(output, wanted(minibatch), 1 / divisor);
    DoubleSupplier penalty = gradientStep.penalty(position.iteration(), position.epoch());
    graph.finishStatistics();
    gradientStep.apply(position.iteration(), position.epoch());
    // Reading waits for the device: last, so that nothing of the step waits to be queued.
    return loss.getAsDouble() / divisor + penalty.getAsDouble();
  }

  @Override
  public ModelState state() {
    return memory.copy();
  }

  @Override
  public void copyState(float[] flat) {
    memory.copyTo(flat);
  }

  @Override
  public FloatVector predict(Minibatch minibatch) {
    return inference.predict(minibatch);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      scope.deallocate();
    }
  }

  private Loss.Wanted wanted(Minibatch minibatch) {
    Tensor targets = device.tensor(minibatch.targets(), minibatch.size(), network.classes().size());
    return minibatch.isWeighted()
        ? new Loss.Wanted(targets, device.tensor(minibatch.weights(), minibatch.size(), 1))
        : new Loss.Wanted(targets);
  }
}
