package org.meanfield.jobs.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.registry.RegistryState;

/**
 * The version that a registry names: its champion, or what an alias means. Read anew each time,
 * from the one file that a registry writes for those who follow it.
 */
final class FollowedVersion implements ModelSource {
  /** The name that every registry knows. */
  static final String CHAMPION = "champion";

  private final Storage storage;
  private final String registry;
  private final String name;

  /**
   * In a registry's folder.
   *
   * @param name {@link #CHAMPION} or an alias
   */
  FollowedVersion(Storage storage, String registry, String name) {
    this.storage = storage;
    this.registry = registry;
    this.name = name;
  }

  @Override
  public Optional<ExportLocation> wanted() {
    String file = registry + "/" + RegistryState.FILE;
    if (!storage.exists(file)) {
      return Optional.empty();
    }
    JsonNode state = parse(file, storage.readText(file));
    JsonNode version =
        name.equals(CHAMPION) ? state.path("version") : state.path("aliases").path(name);
    return version.isIntegralNumber() ? Optional.of(location(version.asText())) : Optional.empty();
  }

  private ExportLocation location(String version) {
    return new ExportLocation(version, registry + "/versions/" + version + "/export");
  }

  private static JsonNode parse(String file, String json) {
    try {
      return new ObjectMapper().readTree(json);
    } catch (JsonProcessingException e) {
      throw new CorruptArtifactException(
          file
              + " cannot be read: "
              + e.getOriginalMessage()
              + "; 'meanfield registry verify' says what is damaged, the next change of the"
              + " registry writes it again",
          e);
    }
  }
}
