package org.meanfield.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.data.ResizePolicy;
import org.meanfield.model.Architectures;
import org.meanfield.model.FloatVector;
import org.meanfield.model.TrainedModel;
import org.meanfield.model.TrainingRecipe;

/** Holds the servers' files against ones that were written by hand from their documentation. */
class ServerLayoutTest {
  private static final ImageSpec SPEC =
      new ImageSpec(8, 6, 3, ResizePolicy.STRETCH, Normalization.unitRange(3));
  private static final TrainedModel MODEL =
      RandomModels.of(
          Architectures.build(
              "mlp",
              SPEC,
              new ClassIndex(List.of("round", "not \"round\"")),
              TrainingRecipe.plain(0.1, 3)),
          1);
  private static final byte[] ONNX = OnnxExporter.export(MODEL);
  private final ServerLayout layout = new ServerLayout("shapes", "s3://bucket/triton");

  @Test
  void triton() throws IOException {
    Map<String, byte[]> files = layout.triton(MODEL, ONNX);
    assertThat(files.keySet())
        .containsExactlyInAnyOrder(
            "triton/shapes/config.pbtxt", "triton/shapes/labels.txt", "triton/shapes/1/model.onnx");
    assertThat(text(files, "triton/shapes/config.pbtxt")).isEqualTo(golden("config.pbtxt"));
    assertThat(text(files, "triton/shapes/labels.txt")).isEqualTo("round\nnot \"round\"\n");
    assertThat(files.get("triton/shapes/1/model.onnx")).isEqualTo(ONNX);
  }

  @Test
  void kserve() throws IOException {
    assertThat(text(layout.kserve(MODEL), "kserve/inferenceservice.yaml"))
        .isEqualTo(golden("inferenceservice.yaml"));
  }

  @Test
  void mlflow() throws IOException {
    Map<String, byte[]> files = layout.mlflow(MODEL, ONNX);
    assertThat(files.keySet())
        .containsExactlyInAnyOrder(
            "mlflow/MLmodel",
            "mlflow/model.onnx",
            "mlflow/input_example.json",
            "mlflow/requirements.txt",
            "mlflow/conda.yaml",
            "mlflow/python_env.yaml");
    assertThat(text(files, "mlflow/MLmodel")).isEqualTo(golden("MLmodel"));
    assertThat(text(files, "mlflow/requirements.txt")).contains("onnxruntime", "mlflow");
    assertThat(files.get("mlflow/model.onnx")).isEqualTo(ONNX);
    assertThat(layout.mlflow(MODEL, ONNX)).containsExactlyEntriesOf(files);
  }

  @Test
  void theInputExampleIsAnInputOfTheModel() throws IOException {
    JsonNode pixels =
        new ObjectMapper()
            .readTree(layout.mlflow(MODEL, ONNX).get("mlflow/input_example.json"))
            .path("inputs")
            .path("pixels");
    assertThat(pixels).hasSize(1);
    assertThat(pixels.path(0)).hasSize(3);
    assertThat(pixels.path(0).path(0)).hasSize(8);
    FloatBuffer values = FloatBuffer.allocate(SPEC.values());
    pixels
        .path(0)
        .forEach(plane -> plane.forEach(row -> row.forEach(v -> values.put(v.floatValue()))));
    assertThat(values.hasRemaining()).isFalse();
    try (OnnxNetwork network = new OnnxNetwork("example", ONNX, SPEC, 1)) {
      FloatVector row = network.score(values.flip(), 1).get(0);
      assertThat(row.get(0) + row.get(1)).isBetween(0.9999f, 1.0001f);
    }
  }

  private static String text(Map<String, byte[]> files, String path) {
    return new String(files.get(path), UTF_8);
  }

  private static String golden(String name) throws IOException {
    try (InputStream in = ServerLayoutTest.class.getResourceAsStream("/layouts/" + name)) {
      return new String(in.readAllBytes(), UTF_8)
          .replace("MODEL-ID", MODEL.modelId())
          .replace("MODEL-UUID", MODEL.modelId().substring(0, 32));
    }
  }
}
