package org.meanfield.train;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.util.Optional;
import org.meanfield.error.CorruptArtifactException;

/**
 * One of a run's JSON files.
 *
 * @param path in the run's folder
 * @param type a record, or a tree
 * @param whatToDo where it is damaged, for the end of a message
 * @param <T> what it holds
 */
public record JsonArtifact<T>(String path, Class<T> type, String whatToDo) {
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .disable(JsonParser.Feature.INCLUDE_SOURCE_IN_LOCATION)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  /**
   * What it holds; empty where it was not written yet.
   *
   * @throws CorruptArtifactException where it is something else
   */
  public Optional<T> read(ArtifactStore artifacts) {
    Optional<byte[]> content = artifacts.read(path);
    try {
      return content.isEmpty()
          ? Optional.empty()
          : Optional.of(JSON.readValue(content.get(), type));
    } catch (IOException e) {
      throw new CorruptArtifactException(
          artifacts.location()
              + "/"
              + path
              + " cannot be read: "
              + e.getMessage()
              + "; "
              + whatToDo,
          e);
    }
  }

  /** Writes or replaces it. */
  public void write(ArtifactStore artifacts, T value) {
    try {
      artifacts.write(path, JSON.writeValueAsBytes(value));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(path + " always has a JSON form", e);
    }
  }
}
