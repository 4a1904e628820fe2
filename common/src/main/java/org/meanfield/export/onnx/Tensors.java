package org.meanfield.export.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import onnx.Onnx.TensorProto;
import org.nd4j.shade.protobuf.ByteString;

/** Numbers of constant tensors, which ONNX keeps little-endian. */
final class Tensors {
  private Tensors() {}

  /** The values of a float tensor, in storage order. */
  static float[] floats(TensorProto tensor) {
    float[] values = new float[tensor.getRawData().size() / Float.BYTES];
    tensor
        .getRawData()
        .asReadOnlyByteBuffer()
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(values);
    return values;
  }

  /** A float tensor; without dimensions it is a scalar. */
  static TensorProto floats(String name, float[] values, long... shape) {
    ByteBuffer bytes = buffer(Float.BYTES * values.length);
    bytes.asFloatBuffer().put(values);
    return tensor(name, TensorProto.DataType.FLOAT, bytes, shape);
  }

  /** A tensor of 32-bit integers. */
  static TensorProto integers(String name, int[] values, long... shape) {
    ByteBuffer bytes = buffer(Integer.BYTES * values.length);
    bytes.asIntBuffer().put(values);
    return tensor(name, TensorProto.DataType.INT32, bytes, shape);
  }

  /** A tensor of bytes, signed or not. */
  static TensorProto bytes(String name, TensorProto.DataType type, byte[] values, long... shape) {
    return tensor(name, type, ByteBuffer.wrap(values), shape);
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static TensorProto tensor(
      String name, TensorProto.DataType type, ByteBuffer bytes, long... shape) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(type.getNumber())
            .setRawData(ByteString.copyFrom(bytes));
    for (long dimension : shape) {
      tensor.addDims(dimension);
    }
    return tensor.build();
  }
}
