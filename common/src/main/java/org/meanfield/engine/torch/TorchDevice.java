package org.meanfield.engine.torch;

import java.util.function.Consumer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.meanfield.engine.ComputeDevice;
import org.meanfield.engine.Minibatch;
import org.meanfield.engine.Precision;
import org.meanfield.error.SettingsException;
import org.meanfield.model.FloatVector;

/** The device of a replica: what is made on it, what moves to it, and how it rounds. */
final class TorchDevice {
  private final ComputeDevice place;
  private final Precision precision;

  /**
   * @throws SettingsException where LibTorch does not see such a device, or it does not compute in
   *     that precision
   */
  TorchDevice(ComputeDevice place, Precision precision) {
    this.place = place;
    this.precision = precision;
    if (place.isCuda() && place.index() >= TorchNatives.gpus()) {
      throw new SettingsException(
          "Engine torch cannot compute on "
              + place
              + ": "
              + TorchNatives.whyNoGpu()
                  .orElseGet(() -> "CUDA sees " + TorchNatives.gpus() + " device(s)"));
    }
  }

  /** LibTorch's handle. Ownership: the caller's scope. */
  Device handle() {
    return new Device(place.toString());
  }

  /**
   * A generator of its own for random draws. A GPU's is copied from LibTorch's default one, which
   * stays as it is.
   */
  Generator generator() {
    return place.isCuda()
        ? torch.globalContext().defaultGenerator(handle()).clone()
        : torch.make_generator_cpu();
  }

  /**
   * Sets LibTorch's rounding for this replica's next step on a GPU; the switches belong to the
   * process, and its tasks compute in one precision. Of cuDNN's kernels, those that add in varying
   * order are left aside. Others of LibTorch's may still do so (the way back of a maximum over
   * overlapping windows): {@code gpu-check} tells whether a network's steps repeat to the bit.
   */
  void begin() {
    if (place.isCuda()) {
      Context context = torch.globalContext();
      context.setAllowTF32CuDNN(precision == Precision.TF32);
      context.setAllowTF32CuBLAS(precision == Precision.TF32);
      context.setDeterministicCuDNN(true);
    }
  }

  /**
   * The values as a tensor on this device. A GPU reads them from pinned memory, which it copies
   * straight from.
   */
  Tensor tensor(FloatVector values, long... shape) {
    if (!place.isCuda()) {
      Tensor tensor = torch.empty(shape);
      values.putInto(FlatMemory.buffer(tensor));
      return tensor;
    }
    TensorOptions pinned =
        new TensorOptions().dtype(Types.floats()).pinned_memory(new BoolOptional(true));
    Tensor host = torch.empty(shape, pinned, new MemoryFormatOptional());
    values.putInto(FlatMemory.buffer(host));
    return host.to(handle(), ScalarType.Float, true, false, new MemoryFormatOptional());
  }

  /**
   * What a caller is told of a failed step. Where a GPU's memory did not suffice, minibatches of
   * half the size are tried, of a quarter and so on, and the message names the first that fits.
   *
   * @param step a step that may leave the replica in any state: its owner closes it now
   */
  RuntimeException explained(
      RuntimeException failure, String network, Minibatch minibatch, Consumer<Minibatch> step) {
    if (!place.isCuda() || !isOutOfMemory(failure)) {
      return failure;
    }
    int fits = minibatch.size() / 2;
    try {
      while (fits > 0 && !fits(minibatch, fits, step)) {
        fits /= 2;
      }
    } catch (RuntimeException another) {
      failure.addSuppressed(another);
      return failure;
    }
    String message =
        place
            + " has too little memory for network '"
            + network
            + "' with a minibatch of "
            + minibatch.size()
            + " images in "
            + precision;
    return new SettingsException(
        fits == 0
            ? message + "; not even a single image fits: is the GPU used by another process?"
            : message + "; " + fits + " fit: set train.batch-size to at most that",
        failure);
  }

  private static boolean fits(Minibatch minibatch, int size, Consumer<Minibatch> step) {
    try {
      step.accept(first(minibatch, size));
      return true;
    } catch (RuntimeException e) {
      if (isOutOfMemory(e)) {
        return false;
      }
      throw e;
    }
  }

  /** LibTorch has no class of its own for this on the Java side. */
  static boolean isOutOfMemory(RuntimeException failure) {
    return String.valueOf(failure.getMessage()).contains("out of memory");
  }

  /** The first images of a minibatch. */
  static Minibatch first(Minibatch minibatch, int size) {
    return new Minibatch(
        size,
        start(minibatch.pixels(), minibatch.pixels().length() / minibatch.size() * size),
        start(minibatch.targets(), minibatch.targets().length() / minibatch.size() * size));
  }

  private static FloatVector start(FloatVector values, int length) {
    float[] start = new float[length];
    for (int i = 0; i < length; i++) {
      start[i] = values.get(i);
    }
    return FloatVector.wrap(start);
  }
}
