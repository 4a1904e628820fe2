package org.meanfield.engine.torch;

import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.meanfield.data.ImageSpec;
import org.meanfield.engine.Minibatch;
import org.meanfield.engine.Precision;
import org.meanfield.model.FloatVector;
import org.meanfield.model.Network;

/**
 * Prediction with a compiled graph. It changes nothing in the graph or its memory, so that several
 * threads may predict at once.
 *
 * @param network that the graph was compiled from
 * @param graph on the device
 * @param device that it computes on
 * @param precision that convolutions and products are computed in
 * @param layout of images in memory
 * @param threads native threads of one prediction
 */
record Inference(
    Network network,
    CompiledGraph graph,
    TorchDevice device,
    Precision precision,
    ImageLayout layout,
    int threads) {

  /** LibTorch's type of the precision. */
  ScalarType compute() {
    return precision == Precision.BF16 ? ScalarType.BFloat16 : ScalarType.Float;
  }

  /** Class probabilities, row by row. */
  FloatVector predict(Minibatch minibatch) {
    TorchNatives.useThreads(threads);
    device.begin();
    try {
      return inferred(minibatch);
    } catch (RuntimeException e) {
      throw device.explained(e, network.name(), minibatch, this::inferred);
    }
  }

  private FloatVector inferred(Minibatch minibatch) {
    return Native.temporary(() -> Native.withoutGradient(() -> infer(minibatch)));
  }

  private FloatVector infer(Minibatch minibatch) {
    // Nothing is drawn: dropout is off.
    Pass pass = new Pass(Pass.Mode.INFERENCE, compute(), new GeneratorOptional(), 0, 0);
    Tensor output = graph.forward(images(minibatch), pass).to(ScalarType.Float);
    return FlatMemory.floats(graph.loss().output(output));
  }

  /** The minibatch as the graph takes it. Ownership: the caller's scope. */
  Tensor images(Minibatch minibatch) {
    ImageSpec spec = network.imageSpec();
    Tensor images =
        device.tensor(
            minibatch.pixels(), minibatch.size(), spec.channels(), spec.height(), spec.width());
    return images.to(compute(), false, false, new MemoryFormatOptional(layout.format()));
  }
}
