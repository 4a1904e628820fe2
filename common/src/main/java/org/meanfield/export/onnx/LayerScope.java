package org.meanfield.export.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import onnx.Onnx.AttributeProto;
import org.meanfield.engine.nd4j.ParameterLayout;
import org.meanfield.model.FloatVector;

/**
 * What a translator works with: the graph to write to, the vertex that it translates, and the
 * vertex's weights.
 *
 * @param graph gets the nodes
 * @param vertex the vertex's name
 * @param input the value that the layer reads
 * @param parameters all weights of the network
 * @param slices where this layer's weights lie in them
 */
record LayerScope(
    OnnxGraph graph,
    String vertex,
    String input,
    FloatVector parameters,
    Map<String, ParameterLayout.Slice> slices) {

  /** The same layer, reading another value. */
  LayerScope reading(String value) {
    return new LayerScope(graph, vertex, value, parameters, slices);
  }

  /** A node on the layer's input alone. */
  String unary(String operator, AttributeProto... attributes) {
    return graph.node(vertex, operator, List.of(input), attributes);
  }

  /** A node on the layer's input and more values. */
  String node(String operator, List<String> more, AttributeProto... attributes) {
    List<String> inputs = new ArrayList<>(List.of(input));
    inputs.addAll(more);
    return graph.node(vertex, operator, inputs, attributes);
  }

  /** A scalar constant. */
  String scalar(String what, double value) {
    return graph.scalar(vertex, what, value);
  }

  /** True where the layer has that parameter. */
  boolean has(String parameter) {
    return slices.containsKey(parameter);
  }

  /** The dimensions of a parameter as DL4J has them. */
  List<Long> shape(String parameter) {
    return slices.get(parameter).shape();
  }

  /** A parameter as a vector. */
  FloatVector vector(String parameter) {
    ParameterLayout.Slice slice = slices.get(parameter);
    int[] order = new int[slice.shape().size()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    return slice.read(parameters, order);
  }

  /** Adds a parameter as a constant vector. */
  String constant(String parameter) {
    FloatVector values = vector(parameter);
    return graph.constant(vertex, parameter, values, values.length());
  }

  /** Adds a parameter as a constant of the given shape, its dimensions permuted first. */
  String constant(String parameter, int[] order, long... shape) {
    return graph.constant(vertex, parameter, slices.get(parameter).read(parameters, order), shape);
  }
}
