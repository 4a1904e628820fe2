package org.meanfield.export;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.error.DataException;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;
import org.meanfield.model.ModelStateCodec;
import org.meanfield.model.TrainedModel;

/**
 * DL4J's model zip, which plain {@code ComputationGraph.load} reads, with one more entry that says
 * what the numbers mean: image spec, classes, run. DL4J passes over entries that it does not know.
 */
public final class ModelZip {
  /** The extra entry: {@link TrainedModel#definition()}. */
  public static final String DEFINITION_ENTRY = "meanfield.json";

  private static final String CONFIGURATION_ENTRY = "configuration.json";
  private static final String PARAMETERS_ENTRY = "coefficients.bin";
  private static final String UPDATER_ENTRY = "updaterState.bin";
  // The earliest time that the format knows: equal models give equal bytes.
  private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

  private ModelZip() {}

  /** The zip of a model, updater state included. Equal models give equal bytes. */
  public static byte[] encode(TrainedModel model) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      put(zip, CONFIGURATION_ENTRY, text(model.network().withoutSchedule().configurationJson()));
      put(zip, PARAMETERS_ENTRY, Dl4jArrays.encode(model.state().parameters()));
      if (model.state().updaterState().length() > 0) {
        put(zip, UPDATER_ENTRY, Dl4jArrays.encode(model.state().updaterState()));
      }
      put(zip, DEFINITION_ENTRY, text(model.definition()));
    } catch (IOException e) {
      throw new UncheckedIOException("Writing to memory cannot fail", e);
    }
    return bytes.toByteArray();
  }

  /**
   * The model in a zip.
   *
   * @param artefact where the zip lies, for messages
   * @throws DataException where it is a DL4J zip of another origin, without classes and image size
   * @throws CorruptArtifactException where it is damaged
   */
  public static TrainedModel decode(String artefact, byte[] zip) {
    Map<String, byte[]> entries = entries(artefact, zip);
    if (entries.containsKey(CONFIGURATION_ENTRY) && !entries.containsKey(DEFINITION_ENTRY)) {
      throw new DataException(
          artefact
              + " is a DL4J model without the entry "
              + DEFINITION_ENTRY
              + ": its class names, image size and normalisation are unknown, so it cannot be"
              + " scored. Give a run, an export, or a model.zip made by 'meanfield export'; to"
              + " start training from this file, pass it to 'meanfield train --model'");
    }
    entry(artefact, entries, CONFIGURATION_ENTRY); // What DL4J needs must be whole too.
    FloatVector parameters = vector(artefact, entries, PARAMETERS_ENTRY);
    FloatVector updater =
        entries.containsKey(UPDATER_ENTRY)
            ? vector(artefact, entries, UPDATER_ENTRY)
            : FloatVector.empty();
    byte[] state = ModelStateCodec.encode(new ModelState(parameters, updater));
    return TrainedModel.fromFiles(
        artefact,
        file ->
            file.equals(TrainedModel.STATE_FILE)
                ? state
                : entry(artefact, entries, DEFINITION_ENTRY));
  }

  private static FloatVector vector(String artefact, Map<String, byte[]> entries, String name) {
    return Dl4jArrays.decode(entry(artefact, entries, name), artefact + "!" + name);
  }

  private static byte[] entry(String artefact, Map<String, byte[]> entries, String name) {
    byte[] content = entries.get(name);
    if (content == null) {
      throw new CorruptArtifactException(
          artefact
              + " is no model zip: entry "
              + name
              + " is missing, found "
              + entries.keySet()
              + "; restore it or export the run again");
    }
    return content;
  }

  private static Map<String, byte[]> entries(String artefact, byte[] bytes) {
    Map<String, byte[]> entries = new HashMap<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        entries.put(entry.getName(), zip.readAllBytes());
      }
      return entries;
    } catch (IOException e) {
      throw new CorruptArtifactException(
          artefact
              + " is a damaged zip: "
              + e.getMessage()
              + "; restore it or export the run again",
          e);
    }
  }

  private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setTimeLocal(NO_TIME);
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  private static byte[] text(String content) {
    return content.getBytes(StandardCharsets.UTF_8);
  }
}
