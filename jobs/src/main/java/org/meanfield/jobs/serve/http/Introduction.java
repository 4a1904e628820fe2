package org.meanfield.jobs.serve.http;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.meanfield.data.ImageSpec;
import org.meanfield.export.OnnxExporter;
import org.meanfield.jobs.serve.model.ServedModel;
import org.meanfield.jobs.serve.protocol.InputTensor;

/** What the server says about itself and its model, as the Open Inference Protocol has it. */
final class Introduction {
  private Introduction() {}

  /** About the server. */
  static Map<String, Object> server(String programVersion) {
    Map<String, Object> server = new LinkedHashMap<>();
    server.put("name", OnnxExporter.PRODUCER);
    server.put("version", programVersion);
    server.put("extensions", List.of("binary_tensor_data"));
    return server;
  }

  /** About the model: what it takes and what it answers. */
  static Map<String, Object> model(String name, ServedModel model) {
    ImageSpec spec = model.imageSpec();
    Map<String, Object> described = new LinkedHashMap<>();
    described.put("name", name);
    described.put("versions", List.of(model.version()));
    described.put("platform", "onnxruntime_onnx");
    described.put(
        "inputs",
        List.of(
            tensor(OnnxExporter.INPUT, List.of(-1, spec.channels(), spec.height(), spec.width()))));
    described.put(
        "outputs", List.of(tensor(OnnxExporter.OUTPUT, List.of(-1, model.classes().size()))));
    described.put("labels", model.classes().names());
    described.put("model_id", model.manifest().modelId());
    return described;
  }

  private static Map<String, Object> tensor(String name, List<Integer> shape) {
    Map<String, Object> tensor = new LinkedHashMap<>();
    tensor.put("name", name);
    tensor.put("datatype", InputTensor.FP32);
    tensor.put("shape", shape);
    return tensor;
  }
}
