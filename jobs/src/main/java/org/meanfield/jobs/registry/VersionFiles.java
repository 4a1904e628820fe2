package org.meanfield.jobs.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.meanfield.data.Sha256;
import org.meanfield.error.ConflictException;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.jobs.storage.StorageEntry;
import org.meanfield.registry.FileDigest;
import org.meanfield.registry.ModelVersion;

/**
 * The folders of the versions. A version's number belongs to whoever made its claim; its files
 * follow, its manifest last. Without the manifest it is no version.
 */
final class VersionFiles {
  /** Says whose number it is. */
  static final String CLAIM = "claim.json";

  private static final Duration ABANDONED_AFTER = Duration.ofHours(24);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Storage storage;
  private final String folder;

  VersionFiles(Storage storage, String root) {
    this.storage = storage;
    this.folder = root + "/versions";
  }

  /** The folder of a version. */
  String folder(int number) {
    return folder + "/" + number;
  }

  /** Numbers that have a folder, finished or not. */
  SortedSet<Integer> claimed() {
    SortedSet<Integer> numbers = new TreeSet<>();
    for (String name : storage.list(folder)) {
      if (name.matches("[1-9]\\d{0,8}")) {
        numbers.add(Integer.valueOf(name));
      }
    }
    return numbers;
  }

  /** True where the manifest is there. */
  boolean isFinished(int number) {
    return storage.exists(manifest(number));
  }

  /**
   * A finished version.
   *
   * @throws ConflictException where there is none of that number
   * @throws CorruptArtifactException where its manifest is damaged
   */
  ModelVersion read(int number) {
    if (!isFinished(number)) {
      throw new ConflictException(
          folder(number)
              + (claimed().contains(number)
                  ? " was never finished: register the run again"
                  : " is not there; 'registry list' shows the versions"));
    }
    ModelVersion version = ModelVersion.fromJson(manifest(number), text(manifest(number)));
    if (version.number() != number) {
      throw new CorruptArtifactException(
          manifest(number)
              + " is that of version "
              + version.number()
              + "; restore the folder it belongs to");
    }
    return version;
  }

  /**
   * A number that is taken.
   *
   * @param digest of the claim file
   */
  record Claim(int number, FileDigest digest) {}

  /**
   * Takes the next number for good.
   *
   * @param retired numbers that are used up although their folders may be gone
   */
  Claim claim(Set<Integer> retired, String by, Instant now) {
    byte[] claim = json(Map.of("by", by, "at", now.toString(), "id", UUID.randomUUID().toString()));
    while (true) {
      SortedSet<Integer> taken = claimed();
      taken.addAll(retired);
      int number = taken.isEmpty() ? 1 : taken.last() + 1;
      if (storage.createNew(folder(number) + "/" + CLAIM, claim)) {
        return new Claim(number, new FileDigest(claim.length, Sha256.hex(claim)));
      }
    }
  }

  /** Fills a claimed folder, the manifest last; the claim is there. */
  void write(ModelVersion version, Map<String, byte[]> files) {
    files.forEach((path, content) -> storage.write(folder(version.number()) + "/" + path, content));
    storage.writeText(manifest(version.number()), version.toJson());
  }

  /** Claims that nobody finished for a day. */
  List<Integer> abandoned(Instant now) {
    List<Integer> abandoned = new ArrayList<>();
    for (int number : claimed()) {
      String claim = folder(number) + "/" + CLAIM;
      if (!isFinished(number) && storage.exists(claim)) {
        Instant at = at(claim);
        if (at.plus(ABANDONED_AFTER).isBefore(now)) {
          abandoned.add(number);
        }
      }
    }
    return abandoned;
  }

  /** Deletes a version's folder, the manifest first: half a version must not look like one. */
  void delete(int number) {
    storage.delete(manifest(number));
    storage.delete(folder(number));
  }

  /** What is wrong with a version's files, a line each; reads every byte. */
  List<String> damage(int number) {
    ModelVersion version;
    try {
      version = read(number);
    } catch (CorruptArtifactException e) {
      return List.of(e.getMessage());
    }
    List<String> damage = new ArrayList<>();
    version
        .files()
        .forEach(
            (path, expected) -> {
              String file = folder(number) + "/" + path;
              if (!storage.exists(file)) {
                damage.add(file + " is missing");
                return;
              }
              FileDigest found = digest(file);
              if (!found.equals(expected)) {
                damage.add(
                    file
                        + " was altered: expected "
                        + expected.describe()
                        + ", found "
                        + found.describe());
              }
            });
    addStrangers(version, damage);
    return damage;
  }

  /**
   * Refuses a version whose files are not those that were registered.
   *
   * @throws CorruptArtifactException naming every damaged file
   */
  void requireWhole(int number) {
    List<String> damage = damage(number);
    if (!damage.isEmpty()) {
      throw new CorruptArtifactException(
          "Version "
              + number
              + " is not what was registered:\n  - "
              + String.join("\n  - ", damage)
              + "\nRestore it, or promote another version");
    }
  }

  private void addStrangers(ModelVersion version, List<String> damage) {
    String own = folder(version.number());
    List<String> folders = new ArrayList<>(List.of(""));
    while (!folders.isEmpty()) {
      String inside = folders.remove(folders.size() - 1);
      for (StorageEntry entry : storage.entries(own + "/" + inside)) {
        String path = inside + entry.name();
        if (entry.isFolder()) {
          folders.add(path + "/");
        } else if (!version.files().containsKey(path)
            && !path.equals(ModelVersion.FILE)
            && !entry.isHidden()) {
          damage.add(own + "/" + path + " does not belong to the version");
        }
      }
    }
  }

  private FileDigest digest(String file) {
    MessageDigest digest = Sha256.digest();
    byte[] buffer = new byte[1 << 16];
    long bytes = 0;
    try (InputStream in = storage.open(file)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
        bytes += read;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read: " + e.getMessage(), e);
    }
    return new FileDigest(bytes, HexFormat.of().formatHex(digest.digest()));
  }

  private Instant at(String claim) {
    try {
      return Instant.parse(JSON.readTree(storage.read(claim)).path("at").asText());
    } catch (IOException | DateTimeParseException e) {
      throw new CorruptArtifactException(
          claim + " cannot be read: " + e.getMessage() + "; delete the folder by hand", e);
    }
  }

  private String manifest(int number) {
    return folder(number) + "/" + ModelVersion.FILE;
  }

  private String text(String path) {
    return new String(storage.read(path), StandardCharsets.UTF_8);
  }

  private static byte[] json(Map<String, String> claim) {
    try {
      return JSON.writeValueAsBytes(new TreeMap<>(claim));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A claim always has a JSON form", e);
    }
  }
}
