package org.meanfield.jobs.predict;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.meanfield.error.CorruptArtifactException;

/**
 * What a folder of predictions was made from and holds: {@code predict.json}, written last.
 *
 * @param formatVersion of this file
 * @param modelId of the weights
 * @param model where they were read from
 * @param input what was classified
 * @param maxPixels the size limit that held
 * @param examples rows in the predictions
 * @param rejects rows without a label, by reason
 */
record PredictionManifest(
    int formatVersion,
    String modelId,
    String model,
    PredictionInput.Identity input,
    long maxPixels,
    long examples,
    Map<String, Long> rejects) {
  static final String FILE = "predict.json";
  private static final int FORMAT_VERSION = 1;
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  PredictionManifest {
    rejects = new TreeMap<>(rejects);
  }

  /** Of predictions that are still to be made. */
  static PredictionManifest planned(
      String modelId, PredictSettings settings, PredictionInput.Identity input) {
    return new PredictionManifest(
        FORMAT_VERSION, modelId, settings.model(), input, settings.maxPixels(), 0, Map.of());
  }

  PredictionManifest with(long counted, Map<String, Long> reasons) {
    return new PredictionManifest(
        formatVersion, modelId, model, input, maxPixels, counted, reasons);
  }

  long rejected() {
    return rejects.values().stream().mapToLong(Long::longValue).sum();
  }

  /** What differs in the things that decide the predictions, for a message. */
  List<String> differences(PredictionManifest wanted) {
    List<String> differences = new ArrayList<>();
    compare(differences, "model", modelId, wanted.modelId);
    compare(differences, "input", input.told(), wanted.input.told());
    compare(differences, "predict.max-pixels", maxPixels, wanted.maxPixels);
    return differences;
  }

  String toJson() {
    try {
      return JSON.writeValueAsString(this) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A prediction manifest always has a JSON form", e);
    }
  }

  static PredictionManifest fromJson(String path, String json) {
    try {
      PredictionManifest manifest = JSON.readValue(json, PredictionManifest.class);
      if (manifest.formatVersion == FORMAT_VERSION) {
        return manifest;
      }
      throw new CorruptArtifactException(
          path
              + " has format version "
              + manifest.formatVersion
              + ", this program reads "
              + FORMAT_VERSION
              + "; choose another output");
    } catch (JsonProcessingException e) {
      throw new CorruptArtifactException(
          path
              + " cannot be read: "
              + e.getOriginalMessage()
              + "; delete the folder and predict again",
          e);
    }
  }

  private static void compare(List<String> differences, String what, Object found, Object wanted) {
    if (!Objects.equals(found, wanted)) {
      differences.add(what + " was " + found + ", now " + wanted);
    }
  }
}
