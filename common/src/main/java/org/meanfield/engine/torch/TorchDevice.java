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
   * What a caller is told of a failure: where a GPU's memory did not suffice, that, and which
   * minibatch fits.
   *
   * @param pass the same on another minibatch; it may leave the replica in any state: its owner
   *     closes it now
   */
  RuntimeException explained(
      RuntimeException failure, String network, Minibatch minibatch, Consumer<Minibatch> pass) {
    return place.isCuda()
        ? new DeviceMemory(place, network, precision).explained(failure, minibatch, pass)
        : failure;
  }

  /** The same where it was not even enough for a network's parameters and updater state. */
  RuntimeException explained(RuntimeException failure, String network) {
    return place.isCuda()
        ? new DeviceMemory(place, network, precision).explained(failure)
        : failure;
  }
}
