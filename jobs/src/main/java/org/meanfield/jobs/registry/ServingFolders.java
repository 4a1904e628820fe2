package org.meanfield.jobs.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.meanfield.data.Sha256;
import org.meanfield.error.ConflictException;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.export.BundleManifest;
import org.meanfield.jobs.storage.Staging;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.jobs.storage.StorageEntry;
import org.meanfield.registry.ModelVersion;
import org.meanfield.registry.PublishedVersion;
import org.meanfield.registry.RegistryState;

/**
 * Folders for servers that cannot read a registry: each holds the champion's export under its
 * number, and {@code current.json} names it. The registry keeps their names, so that whoever
 * changes the champion changes them too.
 */
final class ServingFolders {
  /** Below the registry's folder: a file for each serving folder. */
  static final String FOLDER = "serving";

  private static final String EXPORT = "export/";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Storage storage;
  private final String root;
  private final VersionFiles files;
  private final HistoryLog history;
  private final Clock clock;

  ServingFolders(
      Storage storage, String root, VersionFiles files, HistoryLog history, Clock clock) {
    this.storage = storage;
    this.root = root;
    this.files = files;
    this.history = history;
    this.clock = clock;
  }

  /** The content of a file that names a serving folder. */
  private record Named(String folder) {}

  /** Remembers a folder; nothing happens where it is known. */
  void add(String folder) {
    byte[] name = folder.getBytes(StandardCharsets.UTF_8);
    String file = root + "/" + FOLDER + "/" + Sha256.hex(name).substring(0, 16) + ".json";
    try {
      storage.createNew(file, JSON.writeValueAsBytes(new Named(folder)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A folder's name always has a JSON form", e);
    }
  }

  /**
   * Brings every known folder up to the champion of now.
   *
   * @return where the champion's export is, in each of them
   * @throws UncheckedIOException where a folder cannot be written; the champion stays what it is
   */
  List<String> publish() {
    List<String> published = new ArrayList<>();
    for (String name : storage.list(root + "/" + FOLDER)) {
      if (name.endsWith(".json")) {
        publish(folder(root + "/" + FOLDER + "/" + name)).ifPresent(published::add);
      }
    }
    return List.copyOf(published);
  }

  /** Looks again after it wrote: of two writers the slower one must not leave an older champion. */
  private Optional<String> publish(String folder) {
    while (true) {
      RegistryState state = history.read().state();
      if (state.champion().isEmpty()) {
        return Optional.empty();
      }
      ModelVersion version = files.read(state.champion().get());
      String target = folder + "/" + version.number();
      try {
        put(version, target);
        storage.writeText(
            folder + "/" + PublishedVersion.FILE,
            new PublishedVersion(version.number(), version.modelId(), state.generation()).toJson());
      } catch (UncheckedIOException e) {
        throw new UncheckedIOException(
            "Version "
                + version.number()
                + " is the champion, but the serving folder "
                + folder
                + " does not have it yet: "
                + e.getMessage()
                + ". Mend that and run 'meanfield registry promote --version champion'; where the"
                + " folder is not used any more, delete its file in "
                + root
                + "/"
                + FOLDER,
            e.getCause());
      }
      if (history.read().state().champion().equals(state.champion())) {
        return Optional.of(target);
      }
    }
  }

  /** All files beside the final place first: a folder of its name is whole. */
  private void put(ModelVersion version, String target) {
    String source = files.folder(version.number()) + "/" + EXPORT;
    if (!version.files().containsKey(EXPORT + BundleManifest.FILE)) {
      throw new ConflictException(
          "Version "
              + version.number()
              + " is the champion and has no export, so that "
              + target
              + " cannot be made; register its run with --export, or roll back");
    }
    if (isThere(version, source, target)) {
      return;
    }
    String staging = Staging.in(storage, target.substring(0, target.lastIndexOf('/')), clock);
    for (String file : new TreeSet<>(version.files().keySet())) {
      if (file.startsWith(EXPORT)) {
        String name = file.substring(EXPORT.length());
        storage.write(staging + "/" + name, storage.read(source + name));
      }
    }
    try {
      storage.rename(staging, target);
    } catch (ConflictException e) {
      storage.delete(staging);
      if (!isThere(version, source, target)) {
        throw e;
      }
    }
  }

  private boolean isThere(ModelVersion version, String source, String target) {
    String bundle = target + "/" + BundleManifest.FILE;
    if (storage.exists(bundle)
        && !Arrays.equals(storage.read(bundle), storage.read(source + BundleManifest.FILE))) {
      throw new ConflictException(
          target
              + " holds another export than "
              + source
              + ": the serving folder belongs to another registry. Give each registry its own");
    }
    if (isWhole(version, target)) {
      return true;
    }
    if (!storage.exists(bundle)) {
      requireOwn(source, target);
    }
    storage.delete(target); // some of it, where a rename copies and a process was killed
    return false;
  }

  /** What a process left that was killed while its rename copied; nothing of anybody else. */
  private void requireOwn(String source, String target) {
    if (storage.exists(target) && !storage.isFolder(target)) {
      throw stranger(target);
    }
    List<String> folders = new ArrayList<>(storage.isFolder(target) ? List.of("") : List.of());
    while (!folders.isEmpty()) {
      String inside = folders.remove(folders.size() - 1);
      for (StorageEntry entry : storage.entries(target + "/" + inside)) {
        String path = inside + entry.name();
        if (entry.isFolder()) {
          folders.add(path + "/");
        } else if (!entry.isHidden() && !isBeginning(target + "/" + path, source + path)) {
          throw stranger(target + "/" + path);
        }
      }
    }
  }

  /** The copy of a file may have been cut off. */
  private boolean isBeginning(String file, String of) {
    byte[] found = storage.read(file);
    byte[] whole = storage.exists(of) ? storage.read(of) : new byte[0];
    return found.length <= whole.length && Arrays.equals(found, Arrays.copyOf(whole, found.length));
  }

  private static ConflictException stranger(String path) {
    return new ConflictException(
        path
            + " is in the way of the champion and was not published by this registry: move it away,"
            + " or give a serving folder of its own, and run 'meanfield registry promote --version"
            + " champion'");
  }

  private boolean isWhole(ModelVersion version, String target) {
    return version.files().entrySet().stream()
        .filter(file -> file.getKey().startsWith(EXPORT))
        .allMatch(
            file ->
                storage
                    .size(target + "/" + file.getKey().substring(EXPORT.length()))
                    .filter(bytes -> bytes == file.getValue().bytes())
                    .isPresent());
  }

  private String folder(String file) {
    try {
      return JSON.readValue(storage.read(file), Named.class).folder();
    } catch (IOException e) {
      throw new CorruptArtifactException(
          file + " cannot be read: " + e.getMessage() + "; delete it, the next retrain makes it",
          e);
    }
  }
}
