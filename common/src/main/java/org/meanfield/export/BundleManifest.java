package org.meanfield.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.model.TrainedModel;

/**
 * The content of {@code bundle.json}: all that a server needs to know about an exported model.
 *
 * @param formatVersion of this file
 * @param architecture the network's name
 * @param modelId SHA-256 of the weights
 * @param runId the training run
 * @param datasetId the data set it was trained on
 * @param producer the program that exported it
 * @param imageSpec what the images must look like
 * @param classes what the output positions mean
 * @param check how well it agrees with the trained model
 * @param files the other files by name
 */
public record BundleManifest(
    int formatVersion,
    String architecture,
    String modelId,
    String runId,
    String datasetId,
    String producer,
    ImageSpec imageSpec,
    ClassIndex classes,
    ExportCheck check,
    Map<String, FileEntry> files) {
  /** The file's name. Written last: without it there is no export. */
  public static final String FILE = "bundle.json";

  private static final int VERSION = 1;
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES);

  /**
   * One file of a bundle.
   *
   * @param bytes its length
   * @param sha256 its digest, in hex
   */
  public record FileEntry(long bytes, String sha256) {
    String describe() {
      return bytes + " bytes with SHA-256 " + sha256;
    }
  }

  /** Copies the files, keeping their order. */
  public BundleManifest {
    files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
  }

  static BundleManifest of(TrainedModel model, Map<String, FileEntry> files, ExportCheck check) {
    return new BundleManifest(
        VERSION,
        model.network().name(),
        model.modelId(),
        model.runId(),
        model.datasetId(),
        OnnxExporter.PRODUCER,
        model.network().imageSpec(),
        model.network().classes(),
        check,
        files);
  }

  /** The file's bytes. */
  byte[] toJson() {
    try {
      return JSON.writeValueAsBytes(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A bundle manifest always has a JSON form", e);
    }
  }

  /**
   * Reads it back.
   *
   * @param folder where it lies, for messages
   * @throws CorruptArtifactException where it is damaged or of another version
   */
  static BundleManifest fromJson(String folder, byte[] json) {
    try {
      BundleManifest manifest = JSON.readValue(json, BundleManifest.class);
      if (manifest.formatVersion() != VERSION) {
        throw new CorruptArtifactException(
            folder
                + "/"
                + FILE
                + " has format version "
                + manifest.formatVersion()
                + ", this program reads "
                + VERSION
                + "; export the run again");
      }
      return manifest;
    } catch (IOException e) {
      throw new CorruptArtifactException(
          folder
              + "/"
              + FILE
              + " cannot be read: "
              + e.getMessage()
              + "; restore it or export the run again",
          e);
    }
  }
}
