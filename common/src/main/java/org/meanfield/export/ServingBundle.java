package org.meanfield.export;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.Sha256;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.export.BundleManifest.FileEntry;
import org.meanfield.model.TrainedModel;

/**
 * An export folder: the model in its formats, the labels, and {@code bundle.json}, which lists the
 * other files with their digests and is written last. Opening reads the manifest alone; a file is
 * read and checked when it is asked for.
 */
public final class ServingBundle {
  /** The network in ONNX, preprocessing inside. */
  public static final String ONNX_FILE = "model.onnx";

  /** As {@link #ONNX_FILE}, for images as unsigned bytes {@code [N, H, W, C]}. */
  public static final String ONNX_UINT8_FILE = "model-uint8.onnx";

  /** As {@link #ONNX_FILE}, with weights in half precision. */
  public static final String ONNX_FP16_FILE = "model-fp16.onnx";

  /** As {@link #ONNX_FILE}, computing in 8-bit integers. */
  public static final String ONNX_INT8_FILE = "model-int8.onnx";

  /** What the two cost: a list of {@link VariantCheck}. */
  public static final String VARIANTS_FILE = "variants.json";

  /** The network in DL4J's form, see {@link ModelZip}. */
  public static final String DL4J_FILE = "model.zip";

  /** Class names, one a line, in class order; line breaks and backslashes in names are escaped. */
  public static final String LABELS_FILE = "labels.txt";

  private final String folder;
  private final BundleManifest manifest;
  private final Function<String, byte[]> read;

  private ServingBundle(String folder, BundleManifest manifest, Function<String, byte[]> read) {
    this.folder = folder;
    this.manifest = manifest;
    this.read = read;
  }

  /**
   * All files of a bundle, in the order in which they are to be written, the manifest last.
   *
   * @param models {@link #ONNX_FILE}, {@link #DL4J_FILE} and what else was asked for, by path
   * @param check how well they agree with the trained model
   */
  public static Map<String, byte[]> files(
      TrainedModel model, Map<String, byte[]> models, ExportCheck check) {
    Map<String, byte[]> files = new LinkedHashMap<>(models);
    files.put(LABELS_FILE, labels(model.network().classes()));
    files.put(TrainedModel.DEFINITION_FILE, model.definition().getBytes(StandardCharsets.UTF_8));
    Map<String, FileEntry> entries = new LinkedHashMap<>();
    files.forEach((name, content) -> entries.put(name, entryOf(content)));
    files.put(BundleManifest.FILE, BundleManifest.of(model, entries, check).toJson());
    return files;
  }

  /** The content of {@link #LABELS_FILE}. */
  static byte[] labels(ClassIndex classes) {
    StringBuilder labels = new StringBuilder();
    for (String name : classes.names()) {
      labels.append(name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r"));
      labels.append('\n');
    }
    return labels.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Opens a bundle in a local folder. */
  public static ServingBundle open(Path folder) {
    return open(
        folder.toString(),
        name -> {
          try {
            return Files.readAllBytes(folder.resolve(name));
          } catch (IOException e) {
            throw new UncheckedIOException(folder.resolve(name) + " cannot be read", e);
          }
        });
  }

  /**
   * Opens a bundle anywhere.
   *
   * @param folder where it lies, for messages
   * @param read file name to content
   * @throws CorruptArtifactException where the manifest is missing or damaged
   */
  public static ServingBundle open(String folder, Function<String, byte[]> read) {
    byte[] json = read(folder, BundleManifest.FILE, read);
    return new ServingBundle(folder, BundleManifest.fromJson(folder, json), read);
  }

  /** Where it lies, for messages. */
  public String folder() {
    return folder;
  }

  /** What the bundle holds. */
  public BundleManifest manifest() {
    return manifest;
  }

  /** True where the bundle has that file. */
  public boolean has(String name) {
    return manifest.files().containsKey(name);
  }

  /**
   * The content of one file, checked against the manifest.
   *
   * @throws CorruptArtifactException where it is missing or altered
   */
  public byte[] file(String name) {
    FileEntry expected = manifest.files().get(name);
    if (expected == null) {
      throw new CorruptArtifactException(
          folder
              + " has no "
              + name
              + ", only "
              + manifest.files().keySet()
              + "; export the run again with that format");
    }
    byte[] content = read(folder, name, read);
    FileEntry found = entryOf(content);
    if (!found.equals(expected)) {
      throw new CorruptArtifactException(
          folder
              + "/"
              + name
              + " is not the file that was exported: expected "
              + expected.describe()
              + ", found "
              + found.describe()
              + "; restore it or export the run again");
    }
    return content;
  }

  private static byte[] read(String folder, String name, Function<String, byte[]> read) {
    try {
      return read.apply(name);
    } catch (UncheckedIOException e) {
      throw new CorruptArtifactException(
          folder
              + "/"
              + name
              + " is missing or unreadable ("
              + e.getMessage()
              + "); this is no finished export: restore it or export the run again",
          e);
    }
  }

  private static FileEntry entryOf(byte[] content) {
    return new FileEntry(content.length, Sha256.hex(content));
  }
}
