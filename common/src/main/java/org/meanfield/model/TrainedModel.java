package org.meanfield.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.error.CorruptArtifactException;

/**
 * A network with its weights and where they come from: what lies in {@code RUN/model/}.
 *
 * @param network definition
 * @param state parameters and updater state
 * @param runId the training run
 * @param datasetId the data set it was trained on
 */
public record TrainedModel(Network network, ModelState state, String runId, String datasetId) {
  /** The file that says what the weights mean. Written last. */
  public static final String DEFINITION_FILE = "network.json";

  /** The file with the weights, in {@link ModelStateCodec}'s form. */
  public static final String STATE_FILE = "state.bin";

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  /** Identifies the weights: SHA-256 of the encoded state. */
  public String modelId() {
    return ModelStateCodec.sha256(state);
  }

  /** File name to content, the definition last. */
  public Map<String, byte[]> toFiles() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    byte[] encoded = ModelStateCodec.encode(state);
    files.put(STATE_FILE, encoded);
    String definition = definition(ModelStateCodec.digestIn(encoded));
    files.put(DEFINITION_FILE, definition.getBytes(StandardCharsets.UTF_8));
    return files;
  }

  /** The content of {@link #DEFINITION_FILE}. */
  public String definition() {
    return definition(modelId());
  }

  private String definition(String modelId) {
    try {
      Definition definition =
          new Definition(
              1,
              network.name(),
              network.imageSpec(),
              network.classes(),
              runId,
              datasetId,
              modelId,
              network.configurationJson());
      return JSON.writeValueAsString(definition);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A network definition always has a JSON form", e);
    }
  }

  /**
   * Reads a trained model back.
   *
   * @param folder where the files lie, for messages
   * @param read file name to content
   * @throws CorruptArtifactException where a file is damaged or the two do not belong together
   */
  public static TrainedModel fromFiles(String folder, Function<String, byte[]> read) {
    Definition definition = parse(folder, read.apply(DEFINITION_FILE));
    byte[] encoded = read.apply(STATE_FILE);
    ModelState state = ModelStateCodec.decode(encoded, folder + "/" + STATE_FILE);
    String found = ModelStateCodec.digestIn(encoded);
    if (!found.equals(definition.modelId())) {
      throw new CorruptArtifactException(
          folder
              + ": "
              + DEFINITION_FILE
              + " belongs to the weights "
              + definition.modelId()
              + ", but "
              + STATE_FILE
              + " holds "
              + found
              + "; restore the folder or train again");
    }
    return definition.with(state);
  }

  /**
   * The network that a definition describes, without weights: for files that embed it, such as
   * exports.
   */
  public static Network networkOf(String artefact, byte[] definition) {
    return parse(artefact, definition).network();
  }

  private static Definition parse(String folder, byte[] json) {
    try {
      return JSON.readValue(json, Definition.class);
    } catch (IOException e) {
      throw new CorruptArtifactException(
          folder
              + "/"
              + DEFINITION_FILE
              + " cannot be read: "
              + e.getMessage()
              + "; restore it or train again",
          e);
    }
  }

  private record Definition(
      int formatVersion,
      String architecture,
      ImageSpec imageSpec,
      ClassIndex classes,
      String runId,
      String datasetId,
      String modelId,
      String configuration) {

    Network network() {
      return new Network(architecture, configuration, imageSpec, classes);
    }

    TrainedModel with(ModelState state) {
      return new TrainedModel(network(), state, runId, datasetId);
    }
  }
}
