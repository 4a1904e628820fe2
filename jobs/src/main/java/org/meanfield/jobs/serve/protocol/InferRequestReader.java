package org.meanfield.jobs.serve.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the body of a request to infer: JSON, and after it the bytes of those tensors whose numbers
 * are not in the JSON.
 *
 * <p>Source: the Open Inference Protocol's REST specification and its binary tensor data extension.
 */
public final class InferRequestReader {
  private static final JsonFactory JSON = new JsonFactory();

  private final byte[] body;
  private int binaryAt;
  private Optional<String> id = Optional.empty();
  private final List<InputTensor> inputs = new ArrayList<>();
  private final List<String> outputs = new ArrayList<>();
  private InferRequest.Form asked = InferRequest.Form.JSON;
  private Optional<InferRequest.Form> askedOfOutput = Optional.empty();

  private InferRequestReader(byte[] body, int jsonLength) {
    this.body = body;
    this.binaryAt = jsonLength;
  }

  /**
   * Reads a body.
   *
   * @param jsonLength bytes of JSON at its beginning; binary data follows
   * @throws BadRequestException where it is none
   */
  public static InferRequest read(byte[] body, int jsonLength) {
    if (jsonLength < 0 || jsonLength > body.length) {
      throw new BadRequestException(
          "Inference-Header-Content-Length is "
              + jsonLength
              + ", but the body has "
              + body.length
              + " bytes");
    }
    InferRequestReader reader = new InferRequestReader(body, jsonLength);
    try (JsonParser json = JSON.createParser(body, 0, jsonLength)) {
      reader.request(json);
    } catch (JsonProcessingException e) {
      throw new BadRequestException("The body is no JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) { // bytes that are text in no encoding
      throw new BadRequestException("The body is no JSON: " + e.getMessage(), e);
    }
    if (reader.binaryAt != body.length) {
      throw new BadRequestException(
          "The body has "
              + (body.length - jsonLength)
              + " bytes of binary data, the inputs say "
              + (reader.binaryAt - jsonLength));
    }
    // What an output says goes before what the request says for all, wherever that stands.
    InferRequest.Form form = reader.askedOfOutput.orElse(reader.asked);
    return new InferRequest(reader.id, reader.inputs, reader.outputs, form);
  }

  private void request(JsonParser json) throws IOException {
    expect(json.nextToken(), JsonToken.START_OBJECT, "The body");
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String key = json.currentName();
      json.nextToken();
      switch (key) {
        case "id" -> id = Optional.of(text(json, key));
        case "inputs" -> objects(json, key, this::input);
        case "outputs" -> objects(json, key, this::output);
        case "parameters" -> parameters(json);
        default -> json.skipChildren();
      }
    }
  }

  private void input(JsonParser json) throws IOException {
    String name = "";
    String datatype = "";
    List<Long> shape = List.of();
    NumberList data = null;
    Parameters parameters = new Parameters();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String key = json.currentName();
      json.nextToken();
      switch (key) {
        case "name" -> name = text(json, key);
        case "datatype" -> datatype = text(json, key);
        case "shape" -> shape = NumberList.read(json, key).toLongs();
        case "data" -> data = NumberList.read(json, key);
        case "parameters" -> parameters.read(json);
        default -> json.skipChildren();
      }
    }
    if (data != null && parameters.binarySize >= 0) {
      throw new BadRequestException(
          "Input '" + name + "' has data in the JSON and binary_data_size as well");
    }
    if (data == null && parameters.binarySize < 0) {
      throw new BadRequestException(
          "Input '" + name + "' has neither data nor parameters.binary_data_size");
    }
    ByteBuffer values =
        data == null ? binary(name, parameters.binarySize) : data.toBytes(name, datatype);
    inputs.add(new InputTensor(name, datatype, shape, values));
  }

  private ByteBuffer binary(String name, int size) {
    if (size > body.length - binaryAt) {
      throw new BadRequestException(
          "Input '"
              + name
              + "' says binary_data_size "
              + size
              + ", but only "
              + (body.length - binaryAt)
              + " bytes of binary data are left");
    }
    ByteBuffer values = ByteBuffer.wrap(body, binaryAt, size).slice();
    binaryAt += size;
    return values;
  }

  private void output(JsonParser json) throws IOException {
    Parameters parameters = new Parameters();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String key = json.currentName();
      json.nextToken();
      switch (key) {
        case "name" -> outputs.add(text(json, key));
        case "parameters" -> parameters.read(json);
        default -> json.skipChildren();
      }
    }
    askedOfOutput = parameters.binaryData.or(() -> askedOfOutput);
  }

  private void parameters(JsonParser json) throws IOException {
    Parameters parameters = new Parameters();
    parameters.read(json);
    asked = parameters.binaryDataOutput.orElse(asked);
  }

  /** What of an object's parameters is understood here. */
  private static final class Parameters {
    private int binarySize = -1;
    private Optional<InferRequest.Form> binaryData = Optional.empty();
    private Optional<InferRequest.Form> binaryDataOutput = Optional.empty();

    void read(JsonParser json) throws IOException {
      expect(json.currentToken(), JsonToken.START_OBJECT, "parameters");
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String key = json.currentName();
        json.nextToken();
        switch (key) {
          case "binary_data_size" -> binarySize = size(json, key);
          case "binary_data" -> binaryData = Optional.of(form(json, key));
          case "binary_data_output" -> binaryDataOutput = Optional.of(form(json, key));
          default -> json.skipChildren();
        }
      }
    }

    private static InferRequest.Form form(JsonParser json, String key) {
      return switch (json.currentToken()) {
        case VALUE_TRUE -> InferRequest.Form.BINARY;
        case VALUE_FALSE -> InferRequest.Form.JSON;
        default -> throw new BadRequestException(key + " must be true or false");
      };
    }

    private static int size(JsonParser json, String key) throws IOException {
      expect(json.currentToken(), JsonToken.VALUE_NUMBER_INT, key);
      int size = json.getIntValue();
      if (size < 0) {
        throw new BadRequestException(key + " must not be negative; found " + size);
      }
      return size;
    }
  }

  private interface ObjectReader {
    void read(JsonParser json) throws IOException;
  }

  private static void objects(JsonParser json, String key, ObjectReader each) throws IOException {
    expect(json.currentToken(), JsonToken.START_ARRAY, key);
    while (json.nextToken() != JsonToken.END_ARRAY) {
      expect(json.currentToken(), JsonToken.START_OBJECT, "Each of " + key);
      each.read(json);
    }
  }

  private static String text(JsonParser json, String key) throws IOException {
    expect(json.currentToken(), JsonToken.VALUE_STRING, key);
    return json.getText();
  }

  private static void expect(JsonToken found, JsonToken expected, String what) {
    if (found != expected) {
      throw new BadRequestException(what + " must be a JSON " + word(expected));
    }
  }

  private static String word(JsonToken token) {
    return switch (token) {
      case START_OBJECT -> "object";
      case START_ARRAY -> "array";
      case VALUE_STRING -> "text";
      default -> "whole number";
    };
  }
}
