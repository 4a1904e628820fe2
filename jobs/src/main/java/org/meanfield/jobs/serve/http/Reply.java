package org.meanfield.jobs.serve.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * An answer on its way out.
 *
 * @param status of HTTP
 * @param headers besides the length
 * @param body its remaining bytes
 */
record Reply(int status, Map<String, String> headers, ByteBuffer body) {
  static final String JSON = "application/json";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Copies the headers. */
  Reply {
    headers = Map.copyOf(headers);
  }

  /** Of some media type. */
  static Reply of(int status, String contentType, ByteBuffer body) {
    return new Reply(status, Map.of("Content-Type", contentType), body);
  }

  /** An object in JSON, its keys in order. */
  static Reply json(int status, Map<String, ?> content) {
    try {
      return of(status, JSON, ByteBuffer.wrap(MAPPER.writeValueAsBytes(content)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Texts, numbers and lists always have a JSON form", e);
    }
  }

  /** A text. */
  static Reply text(String contentType, String content) {
    return of(200, contentType, ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)));
  }

  /** What went wrong, in the protocol's form. */
  static Reply error(int status, String message) {
    return json(status, Map.of("error", message));
  }

  /** Sends it; the callback hears of a failure. */
  void writeTo(Response response, Callback callback) {
    try {
      response.setStatus(status);
      headers.forEach(response.getHeaders()::put);
      response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.remaining());
      response.write(true, body, callback);
    } catch (RuntimeException e) {
      callback.failed(e); // else the connection would wait for ever
    }
  }

  /** With one more header. */
  Reply with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Reply(status, more, body);
  }
}
