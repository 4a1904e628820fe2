package org.meanfield.export.onnx;

import java.util.List;
import java.util.Optional;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;

/**
 * Puts each batch norm that follows a convolution into the convolution's weights and bias: what is
 * quantised afterwards has one scale less. Others stay.
 *
 * <p>Source: Jacob et al. 2018, "Quantization and Training of Neural Networks for Efficient
 * Integer-Arithmetic-Only Inference", section 3.2.
 */
final class BatchNormFolding {
  private static final String CONVOLUTION = "Conv";
  private static final String BATCH_NORM = "BatchNormalization";

  private final GraphEdit edit;

  private BatchNormFolding(GraphEdit edit) {
    this.edit = edit;
  }

  /** The same function, with fewer nodes. */
  static GraphProto fold(GraphProto graph) {
    GraphEdit edit = new GraphEdit(graph);
    new BatchNormFolding(edit).run();
    return edit.build();
  }

  private void run() {
    for (NodeProto node : List.copyOf(edit.nodes())) {
      if (node.getOpType().equals(CONVOLUTION)) {
        onlyReader(node)
            .filter(reader -> reader.getOpType().equals(BATCH_NORM))
            .ifPresent(norm -> fold(node, norm));
      }
    }
  }

  private Optional<NodeProto> onlyReader(NodeProto node) {
    List<NodeProto> readers = edit.readers(node.getOutput(0));
    return readers.size() == 1 && !edit.isOutput(node.getOutput(0))
        ? Optional.of(readers.get(0))
        : Optional.empty();
  }

  private void fold(NodeProto convolution, NodeProto norm) {
    float[] gamma = constant(norm, 1);
    float[] beta = constant(norm, 2);
    float[] mean = constant(norm, 3);
    float[] variance = constant(norm, 4);
    double epsilon = epsilon(norm);
    TensorProto kernel = edit.constants().get(convolution.getInput(1));
    float[] weights = Tensors.floats(kernel);
    float[] bias =
        convolution.getInputCount() > 2 ? constant(convolution, 2) : new float[gamma.length];
    int size = weights.length / gamma.length;
    for (int channel = 0; channel < gamma.length; channel++) {
      double factor = gamma[channel] / Math.sqrt(variance[channel] + epsilon);
      for (int i = channel * size; i < (channel + 1) * size; i++) {
        weights[i] = (float) (weights[i] * factor);
      }
      bias[channel] = (float) ((bias[channel] - mean[channel]) * factor + beta[channel]);
    }
    replace(convolution, norm, kernel, weights, bias);
  }

  private void replace(
      NodeProto convolution, NodeProto norm, TensorProto kernel, float[] weights, float[] bias) {
    String name = convolution.getName();
    String kernelName = name + "/folded";
    String biasName = name + "/folded-bias";
    long[] shape = kernel.getDimsList().stream().mapToLong(Long::longValue).toArray();
    edit.constants().put(kernelName, Tensors.floats(kernelName, weights, shape));
    edit.constants().put(biasName, Tensors.floats(biasName, bias, bias.length));
    NodeProto folded =
        convolution.toBuilder()
            .clearInput()
            .addInput(convolution.getInput(0))
            .addInput(kernelName)
            .addInput(biasName)
            .setOutput(0, norm.getOutput(0))
            .build();
    edit.nodes().set(edit.nodes().indexOf(convolution), folded);
    edit.nodes().remove(norm);
    convolution.getInputList().stream().skip(1).forEach(this::dropUnread);
    norm.getInputList().stream().skip(1).forEach(this::dropUnread);
  }

  private void dropUnread(String constant) {
    if (edit.readers(constant).isEmpty()) {
      edit.constants().remove(constant);
    }
  }

  private float[] constant(NodeProto node, int input) {
    return Tensors.floats(edit.constants().get(node.getInput(input)));
  }

  private static double epsilon(NodeProto norm) {
    return norm.getAttributeList().stream()
        .filter(attribute -> attribute.getName().equals("epsilon"))
        .findFirst()
        .map(AttributeProto::getF)
        .orElseThrow();
  }
}
