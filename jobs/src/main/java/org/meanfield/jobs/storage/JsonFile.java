package org.meanfield.jobs.storage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.meanfield.error.CorruptArtifactException;

/**
 * A value in a file of its own, whole or not there at all.
 *
 * @param <T> a record
 */
public final class JsonFile<T> {
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private final Storage storage;
  private final String path;
  private final Class<T> type;

  /** The file at a path, which need not be there. */
  public JsonFile(Storage storage, String path, Class<T> type) {
    this.storage = storage;
    this.path = path;
    this.type = type;
  }

  /** True where it is there. */
  public boolean exists() {
    return storage.exists(path);
  }

  /**
   * Its value; empty where the file is not there.
   *
   * @throws CorruptArtifactException where it holds something else
   */
  public Optional<T> read() {
    if (!exists()) {
      return Optional.empty();
    }
    try {
      return Optional.of(JSON.readValue(storage.readText(path), type));
    } catch (UncheckedIOException e) {
      if (!exists()) {
        return Optional.empty(); // deleted since we looked
      }
      throw e;
    } catch (JsonProcessingException e) {
      throw new CorruptArtifactException(
          path + " cannot be read: " + e.getOriginalMessage() + "; restore it, or delete it", e);
    }
  }

  /** Writes or replaces it. */
  public void write(T value) {
    storage.write(path, bytes(value));
  }

  /** True where this call made it; false where it was there. */
  public boolean create(T value) {
    return storage.createNew(path, bytes(value));
  }

  /** Deletes it; nothing happens where it is not there. */
  public void delete() {
    storage.delete(path);
  }

  /** A value as such a file holds it. */
  public static byte[] bytes(Object value) {
    try {
      return (JSON.writeValueAsString(value) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A record always has a JSON form: " + value, e);
    }
  }
}
