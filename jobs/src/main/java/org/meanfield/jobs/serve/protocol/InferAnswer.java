package org.meanfield.jobs.serve.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import org.meanfield.export.OnnxExporter;
import org.meanfield.model.FloatVector;

/**
 * The body of an answer to a request to infer.
 *
 * @param bytes the body
 * @param jsonLength bytes of JSON at its beginning; the numbers follow where there are more
 */
public record InferAnswer(ByteBuffer bytes, int jsonLength) {
  private static final JsonFactory JSON = new JsonFactory();

  /** True where numbers follow the JSON. */
  public boolean isBinary() {
    return jsonLength < bytes.remaining();
  }

  /**
   * Writes an answer.
   *
   * @param model the model's name
   * @param version that computed all of it
   * @param id the request's
   * @param rows class probabilities of each image, at least one
   */
  public static InferAnswer of(
      String model,
      String version,
      Optional<String> id,
      List<FloatVector> rows,
      InferRequest.Form form) {
    int classes = rows.get(0).length();
    int binarySize = form == InferRequest.Form.BINARY ? rows.size() * classes * Float.BYTES : 0;
    ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("model_name", model);
      json.writeStringField("model_version", version);
      if (id.isPresent()) {
        json.writeStringField("id", id.get());
      }
      json.writeArrayFieldStart("outputs");
      json.writeStartObject();
      json.writeStringField("name", OnnxExporter.OUTPUT);
      json.writeStringField("datatype", InputTensor.FP32);
      json.writeArrayFieldStart("shape");
      json.writeNumber(rows.size());
      json.writeNumber(classes);
      json.writeEndArray();
      if (form == InferRequest.Form.BINARY) {
        json.writeObjectFieldStart("parameters");
        json.writeNumberField("binary_data_size", binarySize);
        json.writeEndObject();
      } else {
        data(json, rows);
      }
      json.writeEndObject();
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("A byte array cannot fail to be written", e);
    }
    ByteBuffer bytes = ByteBuffer.allocate(out.size() + binarySize).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(out.toByteArray());
    if (form == InferRequest.Form.BINARY) {
      var numbers = bytes.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
      rows.forEach(row -> row.putInto(numbers));
    }
    return new InferAnswer(bytes.clear(), out.size());
  }

  private static void data(JsonGenerator json, List<FloatVector> rows) throws IOException {
    json.writeArrayFieldStart("data");
    for (FloatVector row : rows) {
      for (int i = 0; i < row.length(); i++) {
        json.writeNumber(row.get(i));
      }
    }
    json.writeEndArray();
  }
}
