package org.meanfield.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.meanfield.data.Sha256;
import org.meanfield.error.CorruptArtifactException;

/**
 * A value as JSON text that carries its own digest as the last key: no byte of it, spaces included,
 * can change unnoticed. The digest is that of the text with 64 zeros in the digest's place.
 *
 * @param value what the text says
 * @param text UTF-8, ends with a line feed
 * @param sha256 the digest in the text
 */
public record Sealed<T>(T value, String text, String sha256) {
  private static final String KEY = "sha256";
  private static final String ZEROS = "0".repeat(64);
  private static final Pattern SEAL =
      Pattern.compile("\"" + KEY + "\"\\s*:\\s*\"([0-9a-f]{64})\"\\s*}\\n\\z");
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

  /** How the text is laid out. */
  enum Layout {
    /** One line, for logs. */
    LINE,
    /** Indented, for files that people open. */
    PAGE
  }

  /** Writes and seals a value. */
  static <T> Sealed<T> of(T value, Layout layout) {
    try {
      ObjectNode node = JSON.valueToTree(value);
      node.put(KEY, ZEROS);
      ObjectWriter writer =
          layout == Layout.PAGE ? JSON.writer(SerializationFeature.INDENT_OUTPUT) : JSON.writer();
      String open = writer.writeValueAsString(node) + "\n";
      String digest = digest(open);
      int place = open.lastIndexOf(ZEROS);
      String text = open.substring(0, place) + digest + open.substring(place + ZEROS.length());
      return new Sealed<>(value, text, digest);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A registry file always has a JSON form", e);
    }
  }

  /**
   * Reads a value and checks its seal.
   *
   * @param artefact where the text lies, for messages
   * @throws CorruptArtifactException where a byte of it changed, or it is no such file
   */
  static <T> Sealed<T> read(String artefact, String text, Class<T> type) {
    Matcher seal = SEAL.matcher(text);
    if (!seal.find()) {
      throw new CorruptArtifactException(
          artefact + " is cut off or damaged: it does not end with its own SHA-256; restore it");
    }
    String found = digest(text.substring(0, seal.start(1)) + ZEROS + text.substring(seal.end(1)));
    if (!found.equals(seal.group(1))) {
      throw new CorruptArtifactException(
          artefact
              + " was altered: it names the SHA-256 "
              + seal.group(1)
              + ", its content has "
              + found
              + "; restore it");
    }
    try {
      return new Sealed<>(JSON.readValue(text, type), text, found);
    } catch (JsonProcessingException e) {
      throw new CorruptArtifactException(
          artefact
              + " is no file of this kind: "
              + e.getOriginalMessage()
              + "; read it with the version of Meanfield that wrote it",
          e);
    }
  }

  private static String digest(String text) {
    return Sha256.hex(text.getBytes(StandardCharsets.UTF_8));
  }
}
