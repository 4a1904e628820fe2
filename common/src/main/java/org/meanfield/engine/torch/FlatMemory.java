package org.meanfield.engine.torch;

import java.nio.FloatBuffer;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.meanfield.engine.nd4j.GraphLayout;
import org.meanfield.engine.nd4j.GraphLayout.Range;
import org.meanfield.engine.nd4j.ParameterLayout.Slice;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;

/**
 * All parameters, gradients and updater state of a network: three flat vectors of 32-bit floats in
 * DL4J's order. Everything else is a view of them. Ownership: made and used inside the scope of a
 * replica or a predictor, which frees it.
 */
final class FlatMemory {
  private final Tensor parameters;
  private final Tensor gradients; // null where nothing is trained
  private final Tensor state; // null where nothing is trained
  private final Device device;

  private FlatMemory(Tensor parameters, Tensor gradients, Tensor state, Device device) {
    this.parameters = parameters;
    this.gradients = gradients;
    this.state = state;
    this.device = device;
  }

  /** All three vectors. */
  static FlatMemory forTraining(GraphLayout layout, Device device) {
    return new FlatMemory(
        zeros(layout.parameterCount(), device),
        zeros(layout.parameterCount(), device),
        zeros(layout.stateCount(), device),
        device);
  }

  /** Parameters alone, none of them on the gradient tape. */
  static FlatMemory forPrediction(GraphLayout layout, Device device) {
    return new FlatMemory(zeros(layout.parameterCount(), device), null, null, device);
  }

  private static Tensor zeros(long length, Device device) {
    return torch.zeros(new long[] {length}, new TensorOptions(device).dtype(Types.floats()));
  }

  /** The whole parameter vector. */
  Tensor parameters() {
    return parameters;
  }

  /** The whole gradient. */
  Tensor gradients() {
    return gradients;
  }

  /** A run of parameters. */
  Tensor parameters(Range range) {
    return parameters.narrow(0, range.from(), range.length());
  }

  /** A run of the gradient. */
  Tensor gradients(Range range) {
    return gradients.narrow(0, range.from(), range.length());
  }

  /** Values {@code [from, from + length)} of the updater state. */
  Tensor state(long from, long length) {
    return state.narrow(0, from, length);
  }

  /** Whether a parameter is on the gradient tape. */
  enum Learning {
    TRAINED,
    FIXED
  }

  /**
   * A view of a parameter.
   *
   * @param shape dimensions, which may differ from DL4J's
   * @param strides in values
   */
  Parameter parameter(Slice slice, long[] shape, long[] strides, Learning learning) {
    LongOptional offset = new LongOptional(slice.offset());
    Tensor values = parameters.as_strided(shape, strides, offset).detach();
    if (gradients == null) {
      return new Parameter(values, null);
    }
    Tensor gradient = gradients.as_strided(shape, strides, offset).detach();
    if (learning == Learning.TRAINED) {
      values.set_requires_grad(true);
      values.mutable_grad().put(gradient);
    }
    return new Parameter(values, gradient);
  }

  /** Overwrites parameters and updater state. Errors: a state of another network. */
  void load(String network, ModelState from) {
    put(network, "parameters", from.parameters(), parameters);
    if (state != null) {
      put(network, "updater state", from.updaterState(), state);
    }
  }

  /** A copy of parameters and updater state. */
  ModelState copy() {
    return new ModelState(floats(parameters), floats(state));
  }

  /** Copies parameters, then updater state, into an array of their length. */
  void copyTo(float[] flat) {
    int split = Math.toIntExact(parameters.numel());
    if (flat.length != split + state.numel()) {
      throw new IllegalArgumentException(
          "A state of " + (split + state.numel()) + " values goes into no array of " + flat.length);
    }
    copy(parameters, flat, 0, split);
    copy(state, flat, split, flat.length);
  }

  private static void copy(Tensor from, float[] to, int start, int end) {
    if (end > start) {
      Native.temporary(() -> buffer(from.cpu()).get(to, start, end - start));
    }
  }

  private void put(String network, String what, FloatVector from, Tensor to) {
    if (from.length() != to.numel()) {
      throw new CorruptArtifactException(
          "The state has "
              + from.length()
              + " values of "
              + what
              + ", network '"
              + network
              + "' needs "
              + to.numel()
              + "; it belongs to another network or optimizer");
    }
    if (from.length() > 0) {
      Native.temporary(() -> copy(from, to));
    }
  }

  private void copy(FloatVector from, Tensor to) {
    if (device.is_cpu()) {
      from.putInto(buffer(to));
    } else {
      Tensor host = torch.empty(from.length());
      from.putInto(buffer(host));
      to.copy_(host);
    }
  }

  /** A copy of a tensor's values, row by row. */
  static FloatVector floats(Tensor values) {
    return Native.temporary(
        () -> {
          Tensor whole = values.contiguous().cpu();
          float[] copy = new float[Math.toIntExact(whole.numel())];
          if (copy.length > 0) {
            buffer(whole).get(copy);
          }
          return FloatVector.wrap(copy);
        });
  }

  /** The memory of a whole tensor of floats on the CPU; valid while the tensor lives. */
  static FloatBuffer buffer(Tensor whole) {
    return whole.data_ptr_float().capacity(whole.numel()).asBuffer();
  }
}
