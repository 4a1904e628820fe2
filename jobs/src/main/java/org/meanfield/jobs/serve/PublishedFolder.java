package org.meanfield.jobs.serve;

import java.util.Optional;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.registry.PublishedVersion;

/**
 * The version that a serving folder names, where servers do not see the registry. Read anew each
 * time.
 *
 * @param storage to read with
 * @param folder with {@code current.json}
 */
record PublishedFolder(Storage storage, String folder) implements ModelSource {
  @Override
  public Optional<ExportLocation> wanted() {
    String file = folder + "/" + PublishedVersion.FILE;
    if (!storage.exists(file)) {
      return Optional.empty();
    }
    String version =
        Integer.toString(PublishedVersion.fromJson(file, storage.readText(file)).version());
    return Optional.of(new ExportLocation(version, folder + "/" + version));
  }
}
