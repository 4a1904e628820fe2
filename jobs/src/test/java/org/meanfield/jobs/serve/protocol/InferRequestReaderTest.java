package org.meanfield.jobs.serve.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.meanfield.model.FloatVector;

class InferRequestReaderTest {
  @Test
  void numbersInTheJsonMayBeFlatOrNested() {
    for (String data : List.of("[1, 2.5, -3, 4]", "[[[1, 2.5], [-3, 4]]]")) {
      InferRequest request =
          read(
              """
              {"id": "a", "unknown": {"x": [1]}, "inputs": [{"name": "pixels", "datatype": "FP32",
               "shape": [1, 2, 2], "parameters": {"whatever": true}, "data": %s}],
               "outputs": [{"name": "probabilities"}]}
              """
                  .formatted(data));
      assertThat(request.id()).contains("a");
      assertThat(request.outputs()).containsExactly("probabilities");
      assertThat(request.form()).isEqualTo(InferRequest.Form.JSON);
      InputTensor tensor = request.inputs().get(0);
      assertThat(tensor.shape()).containsExactly(1L, 2L, 2L);
      assertThat(floats(tensor)).containsExactly(1f, 2.5f, -3f, 4f);
    }
  }

  @Test
  void binaryTensorsFollowTheJsonInTheOrderOfTheInputs() {
    byte[] json =
        """
        {"inputs": [
          {"name": "a", "datatype": "FP32", "shape": [2], "parameters": {"binary_data_size": 8}},
          {"name": "b", "datatype": "UINT8", "shape": [3], "data": [0, 7, 255]},
          {"name": "c", "datatype": "UINT8", "shape": [2], "parameters": {"binary_data_size": 2}}],
         "outputs": [{"name": "x", "parameters": {"binary_data": true}}]}
        """
            .getBytes(UTF_8);
    ByteBuffer body = ByteBuffer.allocate(json.length + 10).order(ByteOrder.LITTLE_ENDIAN);
    body.put(json).putFloat(1.5f).putFloat(-2).put((byte) 9).put((byte) 8);
    InferRequest request = InferRequestReader.read(body.array(), json.length);
    assertThat(request.form()).isEqualTo(InferRequest.Form.BINARY);
    assertThat(floats(request.inputs().get(0))).containsExactly(1.5f, -2f);
    assertThat(request.inputs().get(1).data()).isEqualTo(bytes(0, 7, 255));
    assertThat(request.inputs().get(2).data()).isEqualTo(bytes(9, 8));

    assertThatThrownBy(
            () ->
                InferRequestReader.read(Arrays.copyOf(body.array(), json.length + 9), json.length))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("binary_data_size 2, but only 1");
    assertThatThrownBy(
            () ->
                InferRequestReader.read(Arrays.copyOf(body.array(), json.length + 11), json.length))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("11 bytes of binary data, the inputs say 10");
    assertThatThrownBy(() -> InferRequestReader.read(json, json.length + 1))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("Inference-Header-Content-Length");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|{}|JSON",
        "{}|{'binary_data_output': true}|BINARY",
        "{}|{'binary_data_output': false}|JSON",
        "{'binary_data': true}|{}|BINARY",
        "{'binary_data': true}|{'binary_data_output': false}|BINARY",
        "{'binary_data': false}|{'binary_data_output': true}|JSON",
        "{'binary_data_output': true}|{'binary_data': true}|JSON",
      },
      quoteCharacter = '\0')
  void whatTheOutputSaysGoesBeforeWhatTheRequestSays(
      String ofOutput, String ofRequest, InferRequest.Form form) {
    String output = "'outputs': [{'name': 'x', 'parameters': " + ofOutput + "}]";
    String request = "'parameters': " + ofRequest;
    for (String body : List.of(output + ", " + request, request + ", " + output)) {
      assertThat(read(("{" + body + "}").replace('\'', '"')).form()).as(body).isEqualTo(form);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"parameters\": {\"binary_data_output\": 1}}|must be true or false",
        "[]|must be a JSON object",
        "{\"inputs\": 1}|inputs must be a JSON array",
        "{\"inputs\": [1]}|Each of inputs must be a JSON object",
        "{\"inputs\": [{\"name\": 3}]}|name must be a JSON text",
        "{\"inputs\": [{\"name\": \"a\"}]}|neither data nor",
        "{\"inputs\": [{\"data\": [\"x\"]}]}|data must hold numbers",
        "{\"inputs\": [{\"shape\": [1.5]}]}|whole numbers",
        "{\"inputs\": [{\"datatype\": \"UINT8\", \"data\": [256]}]}|0..255; found 256",
        "{\"inputs\": [{\"parameters\": {\"binary_data_size\": -1}}]}|must not be negative",
        "{\"inputs\": [{\"parameters\": {\"binary_data_size\": 0}, \"data\": []}]}|as well",
        "{\"inputs\": [|no JSON",
        "''|must be a JSON object",
      })
  void whatIsWrongIsNamed(String json, String problem) {
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining(problem);
  }

  @Test
  void anAnswerReadsBackInBothForms() {
    List<FloatVector> rows =
        List.of(
            FloatVector.wrap(new float[] {0.25f, 0.75f}), FloatVector.wrap(new float[] {1, 1e-9f}));
    InferAnswer text = InferAnswer.of("m", "7", Optional.of("id\""), rows, InferRequest.Form.JSON);
    assertThat(text.isBinary()).isFalse();
    assertThat(new String(text.bytes().array(), UTF_8))
        .isEqualTo(
            "{\"model_name\":\"m\",\"model_version\":\"7\",\"id\":\"id\\\"\",\"outputs\":["
                + "{\"name\":\"probabilities\",\"datatype\":\"FP32\",\"shape\":[2,2],"
                + "\"data\":[0.25,0.75,1.0,1.0E-9]}]}");
    InferAnswer binary = InferAnswer.of("m", "7", Optional.empty(), rows, InferRequest.Form.BINARY);
    assertThat(binary.isBinary()).isTrue();
    assertThat(new String(binary.bytes().array(), 0, binary.jsonLength(), UTF_8))
        .endsWith("\"shape\":[2,2],\"parameters\":{\"binary_data_size\":16}}]}");
    FloatBuffer numbers =
        binary
            .bytes()
            .position(binary.jsonLength())
            .slice()
            .order(ByteOrder.LITTLE_ENDIAN)
            .asFloatBuffer();
    assertThat(List.of(numbers.get(0), numbers.get(1), numbers.get(2), numbers.get(3)))
        .containsExactly(0.25f, 0.75f, 1f, 1e-9f);
  }

  private static InferRequest read(String json) {
    byte[] body = json.getBytes(UTF_8);
    return InferRequestReader.read(body, body.length);
  }

  private static float[] floats(InputTensor tensor) {
    FloatBuffer from = tensor.data().duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    float[] values = new float[from.remaining()];
    from.get(values);
    return values;
  }

  private static ByteBuffer bytes(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length);
    for (int value : values) {
      bytes.put((byte) value);
    }
    return bytes.flip();
  }
}
