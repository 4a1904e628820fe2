package org.meanfield.export.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import onnx.Onnx.GraphProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import org.meanfield.error.SettingsException;
import org.nd4j.shade.protobuf.ByteString;

/**
 * A graph with its large weights in IEEE 754 half precision: half the bytes. They are cast back
 * where they are read, so that everything is computed in float32 as before, and inputs and outputs
 * stay as they are.
 */
public final class HalfPrecision {
  /** Vectors, as batch-norm statistics, and small tensors weigh nothing and stay exact. */
  private static final int SMALLEST = 256;

  private static final String SUFFIX = ":half";

  private HalfPrecision() {}

  /**
   * The same graph with smaller weights.
   *
   * @throws SettingsException where a weight is too large for the format
   */
  public static GraphProto of(GraphProto graph) {
    GraphProto.Builder halved = graph.toBuilder().clearInitializer().clearNode();
    List<NodeProto> casts = new ArrayList<>();
    for (TensorProto weights : graph.getInitializerList()) {
      if (isLarge(weights)) {
        halved.addInitializer(halved(weights));
        casts.add(cast(weights.getName()));
      } else {
        halved.addInitializer(weights);
      }
    }
    return halved.addAllNode(casts).addAllNode(graph.getNodeList()).build();
  }

  private static boolean isLarge(TensorProto tensor) {
    return tensor.getDataType() == TensorProto.DataType.FLOAT.getNumber()
        && tensor.getDimsCount() > 1
        && tensor.getRawData().size() >= SMALLEST * Float.BYTES;
  }

  private static NodeProto cast(String name) {
    return NodeProto.newBuilder()
        .setName(name + ":cast")
        .setOpType("Cast")
        .addInput(name + SUFFIX)
        .addOutput(name)
        .addAttribute(Attribute.integer("to", TensorProto.DataType.FLOAT.getNumber()))
        .build();
  }

  private static TensorProto halved(TensorProto weights) {
    float[] values = Tensors.floats(weights);
    ByteBuffer bytes =
        ByteBuffer.allocate(Short.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      short half = half(value);
      if (isInfinite(half)) {
        throw new SettingsException(
            weights.getName()
                + " has a weight of "
                + value
                + ", and half precision ends at 65504; leave fp16 out of export.to");
      }
      bytes.putShort(half);
    }
    return weights.toBuilder()
        .setName(weights.getName() + SUFFIX)
        .setDataType(TensorProto.DataType.FLOAT16.getNumber())
        .setRawData(ByteString.copyFrom(bytes.flip()))
        .build();
  }

  private static boolean isInfinite(short half) {
    return (half & 0x7FFF) == 0x7C00;
  }

  /**
   * The nearest half-precision number, ties to even; infinite where the value is out of range.
   *
   * <p>Source: IEEE 754-2008, binary16.
   */
  static short half(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = (bits >>> 16) & 0x8000;
    int magnitude = bits & 0x7FFFFFFF;
    if (magnitude > 0x7F800000) {
      return (short) (sign | 0x7E00); // not a number
    }
    if (magnitude >= 0x477FF000) {
      return (short) (sign | 0x7C00); // rounds to more than 65504
    }
    if (magnitude < 0x38800000) {
      // Below 2^-14: a whole number of 2^-24, which adding 0.5 in float32 rounds to.
      int whole = Float.floatToRawIntBits(Math.abs(value) + 0.5f) - 0x3F000000;
      return (short) (sign | whole);
    }
    int odd = (magnitude >>> 13) & 1;
    int rounded = magnitude + 0xFFF + odd;
    return (short) (sign | ((rounded - 0x38000000) >>> 13));
  }
}
