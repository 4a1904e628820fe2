package org.meanfield.export;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.model.TrainedModel;

/**
 * An exported model as the files that a server wants: to be copied there as they are.
 *
 * @param modelName what the server calls it
 * @param storageUri where the files will lie, for a server that fetches them itself
 */
public record ServerLayout(String modelName, String storageUri) {
  /** Where {@link #kserve} puts its description. */
  public static final String KSERVE_FILE = "kserve/inferenceservice.yaml";

  /** Triton's largest batch, and the one that it is warmed up with. */
  private static final int MAX_BATCH = 64;

  /**
   * A Triton model repository, below {@code triton/}: configuration, labels, version 1.
   *
   * <p>Source: Triton's model configuration, {@code model_config.proto}.
   *
   * @param onnx the content of {@link ServingBundle#ONNX_FILE}
   */
  public Map<String, byte[]> triton(TrainedModel model, byte[] onnx) {
    String folder = "triton/" + modelName + "/";
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put(folder + "config.pbtxt", bytes(tritonConfiguration(model)));
    files.put(folder + "labels.txt", ServingBundle.labels(model.network().classes()));
    files.put(folder + "1/model.onnx", onnx);
    return files;
  }

  /**
   * A KServe {@code InferenceService} that serves the Triton repository from {@link #storageUri}.
   *
   * <p>Source: KServe's {@code serving.kserve.io/v1beta1}.
   */
  public Map<String, byte[]> kserve(TrainedModel model) {
    return Map.of(
        KSERVE_FILE,
        bytes(
            """
            # Copy the folder triton/ beside this one to the storageUri below, then: kubectl apply -f
            apiVersion: serving.kserve.io/v1beta1
            kind: InferenceService
            metadata:
              name: "%s"
              annotations:
                meanfield/model-id: "%s"
                meanfield/run-id: "%s"
            spec:
              predictor:
                model:
                  modelFormat:
                    name: onnx
                  protocolVersion: v2
                  runtime: kserve-tritonserver
                  storageUri: "%s"
                  resources:
                    requests:
                      cpu: "1"
                      memory: 1Gi
                    limits:
                      cpu: "2"
                      memory: 2Gi
            """
                .formatted(
                    modelName,
                    escaped(model.modelId()),
                    escaped(model.runId()),
                    escaped(storageUri))));
  }

  /** An MLflow model folder, below {@code mlflow/}, see {@link MlflowModel}. */
  public Map<String, byte[]> mlflow(TrainedModel model, byte[] onnx) {
    return MlflowModel.files("mlflow/", model, onnx);
  }

  private String tritonConfiguration(TrainedModel model) {
    ImageSpec spec = model.network().imageSpec();
    ClassIndex classes = model.network().classes();
    String dims = "[ %d, %d, %d ]".formatted(spec.channels(), spec.height(), spec.width());
    return """
        name: "%s"
        platform: "onnxruntime_onnx"
        max_batch_size: %d
        input [
          {
            name: "%s"
            data_type: TYPE_FP32
            dims: %s
          }
        ]
        output [
          {
            name: "%s"
            data_type: TYPE_FP32
            dims: [ %d ]
            label_filename: "labels.txt"
          }
        ]
        version_policy { latest { num_versions: 1 } }
        dynamic_batching {
          preferred_batch_size: [ 8, %d ]
          max_queue_delay_microseconds: 1000
        }
        """
            .formatted(
                modelName,
                MAX_BATCH,
                OnnxExporter.INPUT,
                dims,
                OnnxExporter.OUTPUT,
                classes.size(),
                MAX_BATCH)
        + tritonWarmUp("one-image", 1, dims)
        + tritonWarmUp("full-batch", MAX_BATCH, dims);
  }

  private static String tritonWarmUp(String name, int images, String dims) {
    return """
        model_warmup [
          {
            name: "%s"
            batch_size: %d
            inputs {
              key: "%s"
              value {
                data_type: TYPE_FP32
                dims: %s
                zero_data: true
              }
            }
          }
        ]
        """
        .formatted(name, images, OnnxExporter.INPUT, dims);
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
