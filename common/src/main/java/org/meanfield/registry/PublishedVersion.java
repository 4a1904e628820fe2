package org.meanfield.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import org.meanfield.error.CorruptArtifactException;

/**
 * What a serving folder says that its servers shall answer with; the export is in a folder of the
 * version's number beside it.
 *
 * @param version the champion
 * @param modelId digest of its model
 * @param generation of the registry's history when it was published
 */
public record PublishedVersion(int version, String modelId, int generation) {
  /** The file that says so. */
  public static final String FILE = "current.json";

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  /** The content of {@link #FILE}. */
  public String toJson() {
    try {
      return JSON.writeValueAsString(this) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A published version always has a JSON form", e);
    }
  }

  /**
   * Reads it back.
   *
   * @param artefact where it lies, for messages
   * @throws CorruptArtifactException where it names no version
   */
  public static PublishedVersion fromJson(String artefact, String json) {
    try {
      PublishedVersion read = JSON.readValue(json, PublishedVersion.class);
      if (read != null && read.version() >= 1) {
        return read;
      }
      throw new CorruptArtifactException(
          artefact + " names no version: found " + json.strip() + "; " + whatToDo());
    } catch (JsonProcessingException e) {
      throw new CorruptArtifactException(
          artefact + " cannot be read: " + e.getOriginalMessage() + "; " + whatToDo(), e);
    }
  }

  private static String whatToDo() {
    return "'meanfield registry promote --version champion' writes it again";
  }
}
