package org.meanfield.export.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import org.meanfield.model.FloatVector;
import org.nd4j.shade.protobuf.ByteString;

/**
 * An ONNX graph being written, node after node, each after what it reads. A value is known by its
 * name; names are made unique here.
 */
final class OnnxGraph {
  private final List<NodeProto.Builder> nodes = new ArrayList<>();
  private final List<TensorProto> constants = new ArrayList<>();
  private final Set<String> names = new HashSet<>();

  /** Reserves a name, so that no node gets it. */
  void reserve(String name) {
    names.add(name);
  }

  /**
   * Adds a node.
   *
   * @param vertex the vertex that it comes from: its name leads the node's
   * @return the name of its value
   */
  String node(String vertex, String operator, List<String> inputs, AttributeProto... attributes) {
    String name = unique(vertex + "/" + operator);
    NodeProto.Builder node =
        NodeProto.newBuilder().setName(name).setOpType(operator).addAllInput(inputs);
    node.addOutput(name);
    for (AttributeProto attribute : attributes) {
      node.addAttribute(attribute);
    }
    nodes.add(node);
    return name;
  }

  /** Adds a float constant; returns its name. */
  String constant(String vertex, String what, FloatVector values, long... shape) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length()).order(ByteOrder.LITTLE_ENDIAN);
    values.putInto(bytes.asFloatBuffer());
    return constant(vertex, what, TensorProto.DataType.FLOAT, bytes, shape);
  }

  /** Adds a scalar constant; returns its name. */
  String scalar(String vertex, String what, double value) {
    return constant(vertex, what, FloatVector.wrap(new float[] {(float) value}));
  }

  /** Adds a vector of 64-bit integers; returns its name. */
  String integers(String vertex, String what, long... values) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    return constant(vertex, what, TensorProto.DataType.INT64, bytes, values.length);
  }

  /** Gives a value its final name, wherever it occurs. */
  void rename(String value, String finalName) {
    for (NodeProto.Builder node : nodes) {
      for (int i = 0; i < node.getInputCount(); i++) {
        if (node.getInput(i).equals(value)) {
          node.setInput(i, finalName);
        }
      }
      if (node.getOutput(0).equals(value)) {
        node.setOutput(0, finalName);
      }
    }
  }

  /** The nodes and constants; inputs and outputs are the caller's. */
  GraphProto.Builder build() {
    GraphProto.Builder graph = GraphProto.newBuilder().addAllInitializer(constants);
    nodes.forEach(graph::addNode);
    return graph;
  }

  private String constant(
      String vertex, String what, TensorProto.DataType type, ByteBuffer bytes, long... shape) {
    String name = unique(vertex + "/" + what);
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(type.getNumber())
            .setRawData(ByteString.copyFrom(bytes));
    for (long dimension : shape) {
      tensor.addDims(dimension);
    }
    constants.add(tensor.build());
    return name;
  }

  private String unique(String name) {
    String candidate = name;
    for (int i = 2; !names.add(candidate); i++) {
      candidate = name + "_" + i;
    }
    return candidate;
  }
}
