package org.meanfield.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.meanfield.data.ImageSpec;
import org.meanfield.model.TrainedModel;

/**
 * An exported model as the folder that MLflow loads: flavours {@code onnx} and {@code
 * python_function}, with signature, input example and requirements.
 *
 * <p>Source: MLflow's model format, "MLmodel" files. Equal models give equal bytes: what MLflow
 * would draw at random or take from the clock comes from the model's digest or is left out.
 */
final class MlflowModel {
  private static final String PYTHON = "3.10.12";
  private static final List<String> REQUIREMENTS =
      List.of("mlflow>=2.17,<4", "numpy", "onnx>=1.14", "onnxruntime>=1.16");
  private static final ObjectMapper JSON = new ObjectMapper();

  private MlflowModel() {}

  /** All files, each path led by {@code folder}. */
  static Map<String, byte[]> files(String folder, TrainedModel model, byte[] onnx) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put(folder + "model.onnx", onnx);
    files.put(folder + "input_example.json", bytes(example(model.network().imageSpec())));
    files.put(folder + "requirements.txt", bytes(String.join("\n", REQUIREMENTS) + "\n"));
    files.put(folder + "python_env.yaml", bytes(PYTHON_ENVIRONMENT));
    files.put(folder + "conda.yaml", bytes(CONDA_ENVIRONMENT));
    files.put(folder + "MLmodel", bytes(description(model)));
    return files;
  }

  private static final String PYTHON_ENVIRONMENT =
      """
      python: %s
      build_dependencies:
      - pip
      - setuptools
      - wheel
      dependencies:
      - -r requirements.txt
      """
          .formatted(PYTHON);

  private static final String CONDA_ENVIRONMENT =
      """
      channels:
      - conda-forge
      dependencies:
      - python=%s
      - pip
      - pip:
        - -r requirements.txt
      name: mlflow-env
      """
          .formatted(PYTHON);

  private static String description(TrainedModel model) {
    ImageSpec spec = model.network().imageSpec();
    return """
        flavors:
          onnx:
            code: null
            data: model.onnx
            providers:
            - CPUExecutionProvider
          python_function:
            data: model.onnx
            env:
              conda: conda.yaml
              virtualenv: python_env.yaml
            loader_module: mlflow.onnx
            python_version: %s
        metadata:
          architecture: %s
          dataset_id: %s
          labels: %s
          model_id: %s
          resize: %s
          run_id: %s
        mlflow_version: 2.17.2
        model_uuid: %s
        saved_input_example_info:
          artifact_path: input_example.json
          format: tf-serving
          type: ndarray
        signature:
          inputs: '%s'
          outputs: '%s'
          params: null
        """
        .formatted(
            PYTHON,
            json(model.network().name()),
            json(model.datasetId()),
            json(model.network().classes().names()),
            json(model.modelId()),
            json(spec.resize().id()),
            json(model.runId()),
            model.modelId().substring(0, 32),
            tensor(OnnxExporter.INPUT, List.of(-1, spec.channels(), spec.height(), spec.width())),
            tensor(OnnxExporter.OUTPUT, List.of(-1, model.network().classes().size())));
  }

  /** One grey image. */
  private static String example(ImageSpec spec) {
    String row = repeated("128.0", spec.width());
    String plane = repeated(row, spec.height());
    return "{\"inputs\": {\"%s\": [%s]}}%n"
        .formatted(OnnxExporter.INPUT, repeated(plane, spec.channels()))
        .replace("\r", "");
  }

  private static String repeated(String part, int times) {
    return "[" + String.join(", ", java.util.Collections.nCopies(times, part)) + "]";
  }

  private static String tensor(String name, List<Integer> shape) {
    Map<String, Object> tensor = new LinkedHashMap<>();
    tensor.put("dtype", "float32");
    tensor.put("shape", shape);
    Map<String, Object> input = new LinkedHashMap<>();
    input.put("type", "tensor");
    input.put("name", name);
    input.put("tensor-spec", tensor);
    return json(List.of(input));
  }

  /** JSON is YAML's way of writing a value in one line. */
  private static String json(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Texts, numbers and lists always have a JSON form", e);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
