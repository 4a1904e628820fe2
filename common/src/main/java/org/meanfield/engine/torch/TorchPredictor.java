package org.meanfield.engine.torch;

import org.bytedeco.javacpp.PointerScope;
import org.meanfield.engine.Minibatch;
import org.meanfield.engine.Precision;
import org.meanfield.engine.Predictor;
import org.meanfield.engine.nd4j.GraphLayout;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;
import org.meanfield.model.Network;

/** A trained network on LibTorch: one compiled graph, which any number of threads run through. */
final class TorchPredictor implements Predictor {
  private final PointerScope scope; // owns the graph and its parameters
  private final Inference inference;
  private boolean closed;

  TorchPredictor(
      Network network,
      GraphLayout layout,
      ModelState state,
      TorchDevice device,
      Precision precision,
      ImageLayout images,
      int threads) {
    TorchNatives.useThreads(threads);
    try (PointerScope opening = new PointerScope()) {
      FlatMemory memory = FlatMemory.forPrediction(layout, device.handle());
      memory.load(network.name(), state);
      CompiledGraph graph = GraphCompiler.compile(network, layout, memory);
      this.inference = new Inference(network, graph, device, precision, images, threads);
      this.scope = opening.extend();
    } catch (RuntimeException e) {
      throw device.explained(e, network.name());
    }
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
}
