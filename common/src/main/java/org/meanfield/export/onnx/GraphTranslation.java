package org.meanfield.export.onnx;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import onnx.Onnx.GraphProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorShapeProto;
import onnx.Onnx.TypeProto;
import onnx.Onnx.ValueInfoProto;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.engine.nd4j.ParameterLayout;
import org.meanfield.error.SettingsException;
import org.meanfield.model.FloatVector;
import org.meanfield.model.TrainedModel;

/** A whole trained network as an ONNX graph, with the normalisation of raw pixels in front. */
public final class GraphTranslation {
  private static final String PREPROCESSING = "preprocessing";
  private static final String BATCH = "N";

  private final TrainedModel model;
  private final ComputationGraphConfiguration configuration;
  private final ParameterLayout layout;
  private final OnnxGraph graph = new OnnxGraph();
  private final Map<String, String> values = new LinkedHashMap<>();

  private GraphTranslation(TrainedModel model) {
    this.model = model;
    this.configuration = model.network().configuration();
    refuseUnknown();
    this.layout = ParameterLayout.of(model.network());
  }

  /**
   * Translates a model.
   *
   * @param form of the input
   * @param input name of the graph's input, raw pixels 0..255
   * @param output name of the graph's output, {@code [N, K]}, class probabilities
   * @throws SettingsException naming every layer that has no exact ONNX form
   */
  public static GraphProto translate(
      TrainedModel model, PixelForm form, String input, String output) {
    return new GraphTranslation(model).run(form, input, output);
  }

  private GraphProto run(PixelForm form, String input, String output) {
    graph.reserve(input);
    graph.reserve(output);
    values.put(configuration.getNetworkInputs().get(0), normalized(form, input));
    String result = value(configuration.getNetworkOutputs().get(0));
    graph.rename(result, output);
    ImageSpec spec = model.network().imageSpec();
    return graph
        .build()
        .setName(model.network().name())
        .addInput(
            tensor(input, form.type(), form.shape(spec.channels(), spec.height(), spec.width())))
        .addOutput(tensor(output, TensorProto.DataType.FLOAT, model.network().classes().size()))
        .build();
  }

  private void refuseUnknown() {
    Map<String, String> refused = new LinkedHashMap<>(Refusals.of(configuration));
    int inputs = configuration.getNetworkInputs().size();
    int outputs = configuration.getNetworkOutputs().size();
    if (inputs != 1 || outputs != 1) {
      refused.put("the graph", inputs + " inputs and " + outputs + " outputs, expected one each");
    }
    if (!refused.isEmpty()) {
      StringBuilder message =
          new StringBuilder("Network '" + model.network().name() + "' cannot be exported to ONNX:");
      refused.forEach(
          (name, why) -> message.append("\n  - ").append(name).append(": ").append(why));
      message.append("\nNothing was written. Export it with --to dl4j, or change the network.");
      throw new SettingsException(message.toString());
    }
  }

  /** A vertex's value; translates the vertex, and what it reads before it, on first use. */
  private String value(String vertex) {
    String known = values.get(vertex);
    if (known != null) {
      return known;
    }
    List<String> inputs =
        configuration.getVertexInputs().get(vertex).stream().map(this::value).toList();
    LayerScope scope =
        new LayerScope(graph, vertex, inputs.get(0), model.state().parameters(), layout.of(vertex));
    String made = Vertices.translate(scope, configuration.getVertices().get(vertex), inputs);
    values.put(vertex, made);
    return made;
  }

  /** {@code (pixel - mean) / deviation}, the same operations as in training. */
  private String normalized(PixelForm form, String input) {
    String pixels = form == PixelForm.BYTE_ROWS ? floatPlanes(input) : input;
    Normalization normalization = model.network().imageSpec().normalization();
    String mean = perChannel("mean", normalization.mean());
    String deviation = perChannel("deviation", normalization.deviation());
    String centred = graph.node(PREPROCESSING, "Sub", List.of(pixels, mean));
    return graph.node(PREPROCESSING, "Div", List.of(centred, deviation));
  }

  private String floatPlanes(String bytes) {
    String floats =
        graph.node(
            PREPROCESSING,
            "Cast",
            List.of(bytes),
            Attribute.integer("to", TensorProto.DataType.FLOAT.getNumber()));
    return graph.node(
        PREPROCESSING, "Transpose", List.of(floats), Attribute.integers("perm", 0, 3, 1, 2));
  }

  private String perChannel(String what, List<Float> numbers) {
    float[] vector = new float[numbers.size()];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = numbers.get(i);
    }
    return graph.constant(PREPROCESSING, what, FloatVector.wrap(vector), 1, vector.length, 1, 1);
  }

  private static ValueInfoProto tensor(
      String name, TensorProto.DataType elements, long... dimensions) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimParam(BATCH));
    for (long dimension : dimensions) {
      shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(dimension));
    }
    TypeProto.Tensor type =
        TypeProto.Tensor.newBuilder().setElemType(elements.getNumber()).setShape(shape).build();
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(type))
        .build();
  }
}
