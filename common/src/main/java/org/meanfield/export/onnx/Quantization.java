package org.meanfield.export.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import onnx.Onnx.GraphProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;

/**
 * A graph that computes in 8-bit integers: its heavy layers read and write quantised values. It is
 * written as ONNX's pairs of QuantizeLinear and DequantizeLinear, which every runtime can compute
 * as they stand, and which ONNX Runtime turns into integer kernels. Activations have one scale a
 * tensor, taken from a calibration set; weights have one an output channel. Inputs and outputs of
 * the graph stay as they are.
 *
 * <p>Source: Jacob et al. 2018; ONNX operators, version 13.
 */
public final class Quantization {
  /** Layers with weights, which are quantised with them. */
  private static final Set<String> WEIGHTED = Set.of("Conv", "Gemm");

  /** Layers that only pick among their input's values: what they give keeps its scale. */
  private static final Set<String> PICKING = Set.of("MaxPool", "Reshape", "Flatten");

  // One bit less than fits: without VNNI, x86 adds two products of bytes in 16 bits, and saturates.
  private static final int LARGEST_WEIGHT = 63;

  private final GraphEdit edit;
  private final Map<String, ValueRange> ranges;
  private final List<NodeProto> nodes = new ArrayList<>();
  private final Map<String, String> quantised = new HashMap<>();
  private final Map<String, Float> scales = new HashMap<>();

  private Quantization(GraphProto graph, Map<String, ValueRange> ranges) {
    this.edit = new GraphEdit(graph);
    this.ranges = new LinkedHashMap<>(ranges);
  }

  /**
   * The graph that {@link #of} works on, in float32: it computes what the given one computes. To be
   * run on the calibration set.
   */
  public static GraphProto prepared(GraphProto graph) {
    return BatchNormFolding.fold(graph);
  }

  /** The values of a prepared graph whose ranges must be known. */
  public static List<String> values(GraphProto prepared) {
    return new Quantization(prepared, Map.of()).wanted();
  }

  /**
   * The prepared graph in 8 bits.
   *
   * @param ranges of every one of {@link #values}
   */
  public static GraphProto of(GraphProto prepared, Map<String, ValueRange> ranges) {
    return new Quantization(prepared, ranges).run();
  }

  /** What heavy layers read and write; between a layer and its ReLU nothing is rounded. */
  private List<String> wanted() {
    List<String> wanted = new ArrayList<>();
    for (NodeProto node : edit.nodes()) {
      if (WEIGHTED.contains(node.getOpType()) || isSum(node)) {
        activations(node).forEach(value -> add(wanted, value));
        List<NodeProto> readers = edit.readers(node.getOutput(0));
        boolean rectified = readers.size() == 1 && readers.get(0).getOpType().equals("Relu");
        add(wanted, rectified ? readers.get(0).getOutput(0) : node.getOutput(0));
      } else if (PICKING.contains(node.getOpType()) && wanted.contains(node.getInput(0))) {
        add(wanted, node.getOutput(0));
      }
    }
    return wanted;
  }

  /** What only the softmax or the caller reads stays as exact as it is. */
  private void add(List<String> wanted, String value) {
    boolean last =
        edit.isOutput(value)
            || edit.readers(value).stream().allMatch(node -> node.getOpType().equals("Softmax"));
    if (!last && !wanted.contains(value)) {
      wanted.add(value);
    }
  }

  private boolean isSum(NodeProto node) {
    return node.getOpType().equals("Add") && activations(node).size() == node.getInputCount();
  }

  private List<String> activations(NodeProto node) {
    return node.getInputList().stream()
        .filter(value -> !edit.constants().containsKey(value))
        .toList();
  }

  private GraphProto run() {
    List<String> wanted = wanted();
    keepScalesOfWhatIsPicked(wanted);
    wanted.stream().filter(this::isInput).forEach(this::quantise);
    for (NodeProto node : List.copyOf(edit.nodes())) {
      nodes.add(WEIGHTED.contains(node.getOpType()) ? weighted(node) : reading(node).build());
      String value = node.getOutput(0);
      if (wanted.contains(value)) {
        quantise(value);
      }
    }
    edit.nodes().clear();
    edit.nodes().addAll(nodes);
    return edit.build();
  }

  private boolean isInput(String value) {
    return edit.nodes().stream().noneMatch(node -> node.getOutput(0).equals(value));
  }

  private void keepScalesOfWhatIsPicked(List<String> wanted) {
    for (NodeProto node : edit.nodes()) {
      String from = node.getInput(0);
      if (PICKING.contains(node.getOpType()) && wanted.contains(from)) {
        ranges.put(node.getOutput(0), ranges.get(from));
      }
    }
  }

  /** The same node, reading the quantised forms of its values. */
  private NodeProto.Builder reading(NodeProto node) {
    NodeProto.Builder reading = node.toBuilder();
    for (int i = 0; i < node.getInputCount(); i++) {
      reading.setInput(i, quantised.getOrDefault(node.getInput(i), node.getInput(i)));
    }
    return reading;
  }

  private NodeProto weighted(NodeProto node) {
    NodeProto.Builder reading = reading(node);
    if (!scales.containsKey(node.getInput(0))) {
      return reading.build(); // what it reads stays exact, and so does it
    }
    TensorProto weights = edit.constants().get(node.getInput(1));
    float[] channelScales = channelScales(weights);
    reading.setInput(1, weights(weights, channelScales));
    if (node.getInputCount() > 2) {
      float scale = scales.get(node.getInput(0));
      reading.setInput(2, bias(edit.constants().get(node.getInput(2)), channelScales, scale));
    }
    return reading.build();
  }

  /** Adds the pair of nodes that rounds a value to its 256 levels. */
  private void quantise(String value) {
    ValueRange range = ranges.get(value);
    String scale = constant(Tensors.floats(value + ":scale", new float[] {range.scale()}));
    byte[] zero = {(byte) range.zeroPoint()};
    String zeroPoint = constant(Tensors.bytes(value + ":zero", TensorProto.DataType.UINT8, zero));
    String levels = node("QuantizeLinear", value + ":levels", value, scale, zeroPoint);
    quantised.put(value, node("DequantizeLinear", value + ":rounded", levels, scale, zeroPoint));
    scales.put(value, range.scale());
  }

  private static float[] channelScales(TensorProto weights) {
    float[] values = Tensors.floats(weights);
    float[] scales = new float[Math.toIntExact(weights.getDims(0))];
    int size = values.length / scales.length;
    for (int i = 0; i < values.length; i++) {
      scales[i / size] = Math.max(scales[i / size], Math.abs(values[i]));
    }
    for (int channel = 0; channel < scales.length; channel++) {
      scales[channel] = scales[channel] > 0 ? scales[channel] / LARGEST_WEIGHT : 1f;
    }
    return scales;
  }

  private String weights(TensorProto weights, float[] channelScales) {
    float[] values = Tensors.floats(weights);
    int size = values.length / channelScales.length;
    byte[] levels = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      levels[i] = (byte) Math.round(values[i] / channelScales[i / size]);
    }
    String name = weights.getName();
    long[] shape = weights.getDimsList().stream().mapToLong(Long::longValue).toArray();
    edit.constants().remove(name);
    String whole =
        constant(Tensors.bytes(name + ":levels", TensorProto.DataType.INT8, levels, shape));
    byte[] zeros = new byte[channelScales.length];
    String zero =
        constant(Tensors.bytes(name + ":zero", TensorProto.DataType.INT8, zeros, zeros.length));
    return perChannel(name, whole, channelScales, zero);
  }

  /** In the scale of the products that it is added to. */
  private String bias(TensorProto bias, float[] channelScales, float inputScale) {
    float[] values = Tensors.floats(bias);
    float[] products = new float[values.length];
    int[] levels = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      products[i] = channelScales[i] * inputScale;
      levels[i] = Math.round(values[i] / products[i]);
    }
    String name = bias.getName();
    edit.constants().remove(name);
    String whole = constant(Tensors.integers(name + ":levels", levels, levels.length));
    return perChannel(name, whole, products);
  }

  private String perChannel(String name, String levels, float[] channelScales, String... zero) {
    String scale = constant(Tensors.floats(name + ":scale", channelScales, channelScales.length));
    List<String> inputs = new ArrayList<>(List.of(levels, scale));
    inputs.addAll(List.of(zero));
    NodeProto node =
        NodeProto.newBuilder()
            .setName(name + ":rounded")
            .setOpType("DequantizeLinear")
            .addAllInput(inputs)
            .addOutput(name + ":rounded")
            .addAttribute(Attribute.integer("axis", 0))
            .build();
    nodes.add(node);
    return node.getOutput(0);
  }

  private String node(String operator, String name, String... inputs) {
    nodes.add(
        NodeProto.newBuilder()
            .setName(name)
            .setOpType(operator)
            .addAllInput(List.of(inputs))
            .addOutput(name)
            .build());
    return name;
  }

  private String constant(TensorProto tensor) {
    edit.constants().put(tensor.getName(), tensor);
    return tensor.getName();
  }
}
