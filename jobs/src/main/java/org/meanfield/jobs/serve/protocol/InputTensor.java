package org.meanfield.jobs.serve.protocol;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A tensor of a request.
 *
 * @param name that the model gives it
 * @param datatype FP32, UINT8 and so on
 * @param shape its dimensions
 * @param data its values in row-major order, little-endian
 */
public record InputTensor(String name, String datatype, List<Long> shape, ByteBuffer data) {
  /** Single-precision floats. */
  public static final String FP32 = "FP32";

  /** Unsigned bytes. */
  public static final String UINT8 = "UINT8";

  /** Copies the shape. */
  public InputTensor {
    shape = List.copyOf(shape);
  }

  /** Type and shape, for messages. */
  String describe() {
    return datatype + " " + shape;
  }
}
