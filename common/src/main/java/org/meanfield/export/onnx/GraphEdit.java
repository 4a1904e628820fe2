package org.meanfield.export.onnx;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import onnx.Onnx.GraphProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.ValueInfoProto;

/**
 * A finished graph being rewritten: its nodes in order, and its constants by name. Every node of
 * ours has one output.
 */
final class GraphEdit {
  private final GraphProto graph;
  private final Map<String, TensorProto> constants = new LinkedHashMap<>();
  private final List<NodeProto> nodes = new ArrayList<>();

  /** With everything that the graph has. */
  GraphEdit(GraphProto graph) {
    this.graph = graph;
    graph.getInitializerList().forEach(tensor -> constants.put(tensor.getName(), tensor));
    nodes.addAll(graph.getNodeList());
  }

  /** The nodes, each after what it reads; to be changed in place. */
  List<NodeProto> nodes() {
    return nodes;
  }

  /** The constants by name; to be changed in place. */
  Map<String, TensorProto> constants() {
    return constants;
  }

  /** The nodes that read a value. */
  List<NodeProto> readers(String value) {
    return nodes.stream().filter(node -> node.getInputList().contains(value)).toList();
  }

  /** True where the graph gives the value out. */
  boolean isOutput(String value) {
    return graph.getOutputList().stream().map(ValueInfoProto::getName).anyMatch(value::equals);
  }

  /** The rewritten graph. */
  GraphProto build() {
    return graph.toBuilder()
        .clearNode()
        .clearInitializer()
        .addAllNode(nodes)
        .addAllInitializer(constants.values())
        .build();
  }
}
