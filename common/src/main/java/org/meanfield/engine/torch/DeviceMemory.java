package org.meanfield.engine.torch;

import java.util.List;
import java.util.function.Consumer;
import org.meanfield.engine.ComputeDevice;
import org.meanfield.engine.Minibatch;
import org.meanfield.engine.Precision;
import org.meanfield.error.SettingsException;
import org.meanfield.model.FloatVector;

/**
 * What to say when a device's memory does not suffice for a network.
 *
 * @param place the device
 * @param network its name
 * @param precision that it is computed in
 */
record DeviceMemory(ComputeDevice place, String network, Precision precision) {
  /** In the words of LibTorch's allocator, cuBLAS and cuDNN. */
  private static final List<String> SHORTAGES =
      List.of(
          "out of memory",
          "CUBLAS_STATUS_ALLOC_FAILED",
          "CUDNN_STATUS_ALLOC_FAILED",
          "CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED");

  /**
   * Another failure as it is. Where memory did not suffice, minibatches of half the size are tried,
   * of a quarter and so on, then the sizes between the first that fits and the last that did not;
   * the message names the largest that fits, which is at least two thirds of what is possible.
   *
   * @param pass what failed, on another minibatch
   */
  RuntimeException explained(
      RuntimeException failure, Minibatch minibatch, Consumer<Minibatch> pass) {
    if (!isShortage(failure)) {
      return failure;
    }
    try {
      return new SettingsException(
          shortage()
              + " with a minibatch of "
              + minibatch.size()
              + " images in "
              + precision
              + advice(largest(minibatch, pass)),
          failure);
    } catch (RuntimeException another) {
      failure.addSuppressed(another);
      return failure;
    }
  }

  /** The same for a network that does not even open. */
  RuntimeException explained(RuntimeException failure) {
    return isShortage(failure)
        ? new SettingsException(
            shortage()
                + ", not even for its parameters and updater state; does another process use the"
                + " GPU?",
            failure)
        : failure;
  }

  /** LibTorch has no class of its own for this on the Java side. */
  static boolean isShortage(RuntimeException failure) {
    String message = String.valueOf(failure.getMessage());
    return SHORTAGES.stream().anyMatch(message::contains);
  }

  /** The first images of a minibatch. */
  static Minibatch first(Minibatch minibatch, int size) {
    return new Minibatch(
        size,
        start(minibatch.pixels(), minibatch.pixels().length() / minibatch.size() * size),
        start(minibatch.targets(), minibatch.targets().length() / minibatch.size() * size),
        start(minibatch.weights(), minibatch.weights().length() / minibatch.size() * size));
  }

  private String shortage() {
    return place + " has too little memory for network '" + network + "'";
  }

  private static String advice(int fits) {
    return fits == 0
        ? "; not even a single image fits: does another process use the GPU?"
        : "; " + fits + " fit: set the batch size (train.batch-size) to at most that";
  }

  private static int largest(Minibatch minibatch, Consumer<Minibatch> pass) {
    int tooMany = minibatch.size();
    int fits = tooMany / 2;
    while (fits > 0 && !fits(minibatch, fits, pass)) {
      tooMany = fits;
      fits /= 2;
    }
    int between = (fits + tooMany) / 2;
    return between > fits && fits(minibatch, between, pass) ? between : fits;
  }

  private static boolean fits(Minibatch minibatch, int size, Consumer<Minibatch> pass) {
    try {
      pass.accept(first(minibatch, size));
      return true;
    } catch (RuntimeException e) {
      if (isShortage(e)) {
        return false;
      }
      throw e;
    }
  }

  private static FloatVector start(FloatVector values, int length) {
    return FloatVector.wrap(values.toArray(), 0, length);
  }
}
