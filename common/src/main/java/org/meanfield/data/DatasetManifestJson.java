package org.meanfield.data;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.meanfield.data.DatasetManifest.DataFile;
import org.meanfield.data.DatasetManifest.Duplicates;
import org.meanfield.data.DatasetManifest.ImageSizes;
import org.meanfield.data.DatasetManifest.Source;
import org.meanfield.data.DatasetManifest.SplitCounts;
import org.meanfield.data.DatasetManifest.Weights;
import org.meanfield.error.CorruptArtifactException;

/** The JSON form of a {@link DatasetManifest}. Unknown keys are ignored, missing ones are not. */
final class DatasetManifestJson {
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .disable(JsonParser.Feature.INCLUDE_SOURCE_IN_LOCATION)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private static final String WEIGHTS = "weights";
  private static final String IMAGES = "images";

  private DatasetManifestJson() {}

  static String write(DatasetManifest manifest) {
    Map<String, SplitCounts> splits = new LinkedHashMap<>();
    manifest.splits().forEach((split, counts) -> splits.put(split.id(), counts));
    List<FileForm> files =
        manifest.files().stream()
            .map(
                file -> new FileForm(file.split().id(), file.path(), file.examples(), file.bytes()))
            .toList();
    Form form =
        new Form(
            version(manifest),
            manifest.datasetId(),
            manifest.digest(),
            manifest.examples(),
            manifest.classes(),
            splits,
            files,
            manifest.sizes(),
            new TreeMap<>(manifest.pixels()),
            manifest.source(),
            manifest.settings(),
            manifest.rejects(),
            manifest.duplicates(),
            manifest.warnings());
    try {
      if (manifest.weights().isEmpty() && manifest.images().isEmpty()) {
        return JSON.writeValueAsString(form) + "\n";
      }
      ObjectNode tree = JSON.valueToTree(form);
      manifest.weights().ifPresent(weights -> tree.set(WEIGHTS, JSON.valueToTree(weights)));
      manifest.images().ifPresent(images -> tree.set(IMAGES, JSON.valueToTree(images)));
      return JSON.writeValueAsString(tree) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A manifest always has a JSON form", e);
    }
  }

  static DatasetManifest read(String artefact, String json) {
    try {
      JsonNode tree = JSON.readTree(json);
      int version = tree.path("formatVersion").asInt(0);
      if (version < DatasetManifest.FORMAT_VERSION
          || version > DatasetManifest.IN_PLACE_FORMAT_VERSION) {
        throw new CorruptArtifactException(
            artefact
                + " has format version "
                + (version == 0 ? "(none)" : version)
                + ", this program reads "
                + DatasetManifest.FORMAT_VERSION
                + " to "
                + DatasetManifest.IN_PLACE_FORMAT_VERSION
                + "; ingest the data again, or use the program version that wrote it");
      }
      Form form = JSON.treeToValue(tree, Form.class);
      boolean inPlace = version == DatasetManifest.IN_PLACE_FORMAT_VERSION;
      boolean weighted =
          version == DatasetManifest.WEIGHTED_FORMAT_VERSION
              || (inPlace && tree.hasNonNull(WEIGHTS));
      return form.toManifest(
          weighted ? Optional.of(required(tree, WEIGHTS, Weights.class)) : Optional.empty(),
          inPlace ? Optional.of(required(tree, IMAGES, ImageFiles.class)) : Optional.empty());
    } catch (JsonProcessingException e) {
      throw damaged(artefact, e.getOriginalMessage(), e);
    } catch (IllegalArgumentException e) {
      throw damaged(artefact, e.getMessage(), e);
    }
  }

  private static int version(DatasetManifest manifest) {
    if (manifest.images().isPresent()) {
      return DatasetManifest.IN_PLACE_FORMAT_VERSION;
    }
    return manifest.weights().isPresent()
        ? DatasetManifest.WEIGHTED_FORMAT_VERSION
        : DatasetManifest.FORMAT_VERSION;
  }

  private static <T> T required(JsonNode tree, String key, Class<T> type)
      throws JsonProcessingException {
    if (!tree.hasNonNull(key)) {
      throw new IllegalArgumentException("it lacks its " + key);
    }
    return JSON.treeToValue(tree.get(key), type);
  }

  private static CorruptArtifactException damaged(String artefact, String why, Exception cause) {
    return new CorruptArtifactException(
        artefact + " is damaged: " + why + "; restore it, or ingest the data again", cause);
  }

  private static Split split(String id) {
    return Split.parse(id)
        .orElseThrow(() -> new IllegalArgumentException("'" + id + "' is not a split"));
  }

  private record FileForm(String split, String path, long examples, long bytes) {}

  private record Form(
      int formatVersion,
      String datasetId,
      String digest,
      long examples,
      ClassIndex classes,
      Map<String, SplitCounts> splits,
      List<FileForm> files,
      ImageSizes sizes,
      Map<Integer, Normalization> pixels,
      Source source,
      Map<String, String> settings,
      Map<String, Long> rejects,
      Duplicates duplicates,
      List<String> warnings) {

    DatasetManifest toManifest(Optional<Weights> weights, Optional<ImageFiles> images) {
      Map<Split, SplitCounts> bySplit = new EnumMap<>(Split.class);
      splits.forEach((id, counts) -> bySplit.put(split(id), counts));
      List<DataFile> dataFiles =
          files.stream()
              .map(f -> new DataFile(split(f.split()), f.path(), f.examples(), f.bytes()))
              .toList();
      DatasetManifest manifest =
          new DatasetManifest(
              digest,
              classes,
              dataFiles,
              bySplit,
              sizes,
              pixels,
              source,
              settings,
              rejects,
              duplicates,
              warnings,
              weights,
              images);
      if (manifest.examples() != examples || !manifest.datasetId().equals(datasetId)) {
        throw new IllegalArgumentException(
            "it claims the id "
                + datasetId
                + " and "
                + examples
                + " examples, its parts make "
                + manifest.datasetId()
                + " and "
                + manifest.examples());
      }
      return manifest;
    }
  }
}
