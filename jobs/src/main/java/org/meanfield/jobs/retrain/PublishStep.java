package org.meanfield.jobs.retrain;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.meanfield.export.BundleManifest;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.registry.ModelVersion;

/**
 * Puts the champion's export below the serving folder, under its version number, for servers that
 * watch a folder; {@code current.json} names it.
 */
final class PublishStep implements Step {
  private static final String EXPORT = "export/";

  @Override
  public String name() {
    return "publish";
  }

  @Override
  public Map<String, Object> run(Retraining retraining) {
    Optional<String> serving = retraining.settings().get(RetrainSettings.SERVING);
    Optional<Integer> champion = retraining.registry().state().champion();
    if (serving.isEmpty() || champion.isEmpty()) {
      return Map.of();
    }
    Storage storage = retraining.context().storage();
    ModelVersion version = retraining.registry().version(champion.get().toString());
    String target = storage.qualify(serving.get()) + "/" + version.number();
    if (!storage.exists(target + "/" + BundleManifest.FILE)) {
      storage.delete(target); // half of it, from a process that was killed
      copy(storage, retraining.registry().folder(version.number()), version, target);
    }
    Map<String, Object> current = new LinkedHashMap<>();
    current.put("version", version.number());
    current.put("modelId", version.modelId());
    storage.write(storage.qualify(serving.get()) + "/current.json", JsonFile.bytes(current));
    retraining.say("version " + version.number() + " is in " + target);
    return Map.of("served", target);
  }

  /** All files beside the final place first: a folder of its name is whole. */
  private static void copy(Storage storage, String folder, ModelVersion version, String target) {
    List<String> files =
        new TreeMap<>(version.files())
            .keySet().stream().filter(file -> file.startsWith(EXPORT)).toList();
    int slash = target.lastIndexOf('/');
    String staging = target.substring(0, slash) + "/.tmp-" + UUID.randomUUID();
    for (String file : files) {
      storage.write(
          staging + "/" + file.substring(EXPORT.length()), storage.read(folder + "/" + file));
    }
    storage.rename(staging, target);
  }
}
