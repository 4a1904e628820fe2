package org.meanfield.jobs.ingest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.sql.SparkSession;
import org.meanfield.data.DatasetManifest;
import org.meanfield.data.Split;
import org.meanfield.error.ConflictException;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.jobs.storage.DatasetFiles;
import org.meanfield.jobs.storage.Staging;
import org.meanfield.jobs.storage.Storage;

/**
 * The output folder's life: claimed, filled beside the final places, published by renaming, the
 * manifest last. Whatever a killed ingest leaves is recognised by its claim and cleared away.
 */
final class IngestOutput {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CLAIM = ".ingest-claim.json";
  private static final String REJECTS = "rejects";

  /** In that folder: that an ingest made it, and of what. Readers of Parquet pass over the name. */
  private static final String MADE_BY_INGEST = "_ingest";

  private final Storage storage;
  private final String folder;
  private final Claim claim;
  private final String work;

  /**
   * @param input absolute URI of what is ingested
   */
  IngestOutput(Storage storage, IngestSettings settings, String input) {
    this.storage = storage;
    this.folder = storage.qualify(settings.output());
    this.claim = new Claim(input, settings.content());
    this.work = Staging.in(folder);
  }

  /** What an ingest works on: kept in the output while it runs, in the manifest afterwards. */
  private record Claim(String input, Map<String, String> settings) {
    /** Names every difference; empty where there is none. */
    List<String> differences(String otherInput, Map<String, String> otherSettings) {
      List<String> found = new ArrayList<>();
      if (!input.equals(otherInput)) {
        found.add("ingest.input = " + otherInput + ", now " + input);
      }
      TreeSet<String> keys = new TreeSet<>(settings.keySet());
      keys.addAll(otherSettings.keySet());
      for (String key : keys) {
        String before = otherSettings.getOrDefault(key, "(none)");
        String now = settings.getOrDefault(key, "(none)");
        if (!before.equals(now)) {
          found.add(key + " = " + before + ", now " + now);
        }
      }
      return found;
    }
  }

  /** What is ingested, absolute. */
  String input() {
    return claim.input();
  }

  /** The data set's folder, absolute. */
  String folder() {
    return folder;
  }

  /** A new folder's path inside the output that no reader looks at. */
  String work(String name) {
    return work + "/" + name;
  }

  /**
   * The finished data set of the same input and settings, if it is there.
   *
   * @throws ConflictException where one of another input or other settings is there
   * @throws CorruptArtifactException where one is there and damaged
   */
  Optional<DatasetManifest> finished(SparkSession spark) {
    if (!storage.exists(folder + "/" + DatasetManifest.FILE)) {
      return Optional.empty();
    }
    DatasetManifest manifest = DatasetFiles.open(spark, storage, folder).manifest();
    requireSame("holds the data set", manifest.source().uri(), manifest.settings());
    clearWork();
    return Optional.of(manifest);
  }

  /**
   * Looks whether the folder may be taken; changes nothing.
   *
   * @throws ConflictException where it holds anything but what a killed or failed ingest of the
   *     same input left
   */
  void requireOurs() {
    String path = folder + "/" + CLAIM;
    boolean claimed = storage.exists(path);
    if (claimed) {
      Claim earlier = readClaim(path);
      requireSame("belongs to an unfinished ingest", earlier.input(), earlier.settings());
    }
    for (String name : storage.list(folder)) {
      boolean ours =
          name.equals(REJECTS)
              ? claimed || storage.exists(folder + "/" + REJECTS + "/" + MADE_BY_INGEST)
              : claimed && name.startsWith("split=");
      boolean harmless = name.startsWith(".") || name.equals("result.json");
      if (!harmless && !ours) {
        throw new ConflictException(
            "The output "
                + folder
                + " is neither empty nor a data set: it holds "
                + name
                + "; choose another output");
      }
    }
  }

  /** Takes the folder, clearing what a killed ingest of the same input left. */
  void claim() {
    requireOurs();
    clearWork();
    for (Split split : Split.values()) {
      storage.delete(folder + "/split=" + split.id());
    }
    storage.delete(folder + "/" + REJECTS);
    storage.write(folder + "/" + CLAIM, json(claim));
  }

  /** Shows the rejects, also where no data set comes of it. */
  void publishRejects() {
    if (storage.exists(work(REJECTS))) {
      storage.write(work(REJECTS) + "/" + MADE_BY_INGEST, json(claim));
      storage.rename(work(REJECTS), folder + "/" + REJECTS);
    }
  }

  /** Moves the split folders to their places, then writes the manifest. */
  void publish(DatasetManifest manifest, String data) {
    for (Split split : manifest.splits().keySet()) {
      String name = "/split=" + split.id();
      storage.rename(data + name, folder + name);
    }
    storage.writeText(folder + "/" + DatasetManifest.FILE, manifest.toJson());
  }

  /** Gives the folder back: a failed ingest leaves nothing but its rejects. */
  void release() {
    storage.delete(work);
    storage.delete(folder + "/" + CLAIM);
  }

  private void clearWork() {
    Staging.clear(storage, folder);
    storage.delete(folder + "/" + CLAIM);
  }

  private void requireSame(String what, String input, Map<String, String> settings) {
    List<String> differences = claim.differences(input, settings);
    if (!differences.isEmpty()) {
      throw new ConflictException(
          "The output "
              + folder
              + " "
              + what
              + " of "
              + input
              + ", made with "
              + String.join("; ", differences)
              + "; choose another output, or delete this one");
    }
  }

  private static byte[] json(Claim claim) {
    try {
      return JSON.writeValueAsBytes(claim);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A claim always has a JSON form", e);
    }
  }

  private Claim readClaim(String path) {
    try {
      Claim read = JSON.readValue(storage.readText(path), Claim.class);
      return new Claim(String.valueOf(read.input()), new TreeMap<>(read.settings()));
    } catch (JsonProcessingException e) {
      throw new CorruptArtifactException(
          path + " is damaged: " + e.getOriginalMessage() + "; delete " + folder, e);
    }
  }
}
