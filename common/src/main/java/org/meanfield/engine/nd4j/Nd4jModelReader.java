package org.meanfield.engine.nd4j;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.error.SettingsException;
import org.meanfield.model.ConfigurationFile;
import org.meanfield.model.FloatVector;
import org.meanfield.model.Network;
import org.meanfield.model.PretrainedModel;
import org.meanfield.model.TrainedModel;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Reads models of other programs: DL4J's zip files and Keras' HDF5 files. */
public final class Nd4jModelReader {
  private static final String CONFIGURATION = "configuration.json";
  private static final String DEFINITION = "meanfield.json";

  private Nd4jModelReader() {}

  /**
   * Reads a model; the content decides its kind.
   *
   * @param artefact where the file lies, for messages
   * @throws SettingsException where it is of another kind, or has layers that DL4J does not know
   * @throws CorruptArtifactException where it is damaged
   */
  public static PretrainedModel read(String artefact, byte[] file) {
    NativeBackend.load();
    if (startsWith(file, "PK")) {
      return fromZip(artefact, file);
    }
    if (startsWith(file, "\u0089HDF")) {
      return KerasReader.read(artefact, file);
    }
    throw new SettingsException(
        artefact
            + " is neither a DL4J model zip nor a Keras .h5 file; give one of them as"
            + " model.start-from");
  }

  private static PretrainedModel fromZip(String artefact, byte[] file) {
    try {
      Map<String, byte[]> texts = texts(file);
      if (!texts.containsKey(CONFIGURATION)) {
        throw new SettingsException(
            artefact + " is a zip file without " + CONFIGURATION + ": no DL4J model");
      }
      String json = new String(texts.get(CONFIGURATION), StandardCharsets.UTF_8);
      Optional<Network> ours =
          Optional.ofNullable(texts.get(DEFINITION))
              .map(definition -> TrainedModel.networkOf(artefact, definition));
      return pretrained(artefact, restore(json, file), ours);
    } catch (IOException | IllegalStateException e) {
      throw new CorruptArtifactException(
          artefact + " cannot be read as a DL4J model: " + e.getMessage() + "; restore it", e);
    }
  }

  private static Model restore(String json, byte[] file) throws IOException {
    try (InputStream in = new ByteArrayInputStream(file)) {
      return json.contains("\"vertices\"")
          ? ModelSerializer.restoreComputationGraph(in, false)
          : ModelSerializer.restoreMultiLayerNetwork(in, false);
    }
  }

  private static PretrainedModel pretrained(
      String artefact, Model model, Optional<Network> definition) {
    try {
      return new PretrainedModel(
          artefact,
          graphOf(model).toJson(),
          floats(model.params()),
          definition.map(Network::imageSpec),
          definition.map(Network::classes));
    } finally {
      NetworkMemory.free(model);
    }
  }

  /** The configuration of either kind of network as a graph. */
  static ComputationGraphConfiguration graphOf(Model model) {
    return model instanceof MultiLayerNetwork chain
        ? ConfigurationFile.graphOf(chain.getLayerWiseConfigurations())
        : ((ComputationGraph) model).getConfiguration();
  }

  /** A copy as 32-bit floats. */
  static FloatVector floats(INDArray view) {
    try (INDArray copy = view.dup('c')) {
      return FloatVector.wrap(
          copy.dataType() == DataType.FLOAT
              ? copy.data().asFloat()
              : copy.castTo(DataType.FLOAT).data().asFloat());
    }
  }

  private static Map<String, byte[]> texts(byte[] file) throws IOException {
    Map<String, byte[]> texts = new HashMap<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(file))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (entry.getName().equals(CONFIGURATION) || entry.getName().equals(DEFINITION)) {
          texts.put(entry.getName(), zip.readAllBytes());
        }
      }
    }
    return texts;
  }

  private static boolean startsWith(byte[] file, String magic) {
    return file.length > magic.length()
        && new String(file, 0, magic.length(), StandardCharsets.ISO_8859_1).equals(magic);
  }
}
