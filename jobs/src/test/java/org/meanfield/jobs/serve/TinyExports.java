package org.meanfield.jobs.serve;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.meanfield.export.ExportCheck;
import org.meanfield.export.OnnxExporter;
import org.meanfield.export.ServingBundle;
import org.meanfield.jobs.testing.LinearClassifier;
import org.meanfield.model.TrainedModel;
import org.meanfield.registry.RegistryState;

/** Exports of tiny models, and a registry's folder as a server that follows it sees it. */
public final class TinyExports {
  /** Height and width of the images. */
  public static final int SIDE = 4;

  /** The classes. */
  public static final List<String> CLASSES = List.of("cat", "dog", "owl");

  private TinyExports() {}

  /** The model of a version: another seed, another model. */
  public static LinearClassifier classifier(long seed) {
    return new LinearClassifier(SIDE, CLASSES, seed);
  }

  /** Writes the export of a version's model. */
  public static Path write(Path folder, long seed) {
    TrainedModel model = classifier(seed).trained();
    Map<String, byte[]> onnx = Map.of(ServingBundle.ONNX_FILE, OnnxExporter.export(model));
    ServingBundle.files(model, onnx, new ExportCheck(128, 1e-7, 1))
        .forEach((name, content) -> write(folder.resolve(name), content));
    return folder;
  }

  /** Makes a version the champion of a registry, as the registry itself shows it. */
  public static void crown(Path registry, int generation, int version) {
    RegistryState state =
        new RegistryState(
            generation,
            List.of(version),
            Optional.empty(),
            new TreeMap<>(Map.of("canary", 1)),
            new TreeSet<>(),
            "");
    Path temporary = registry.resolve(".champion.tmp");
    write(temporary, state.toJson().getBytes(UTF_8));
    try {
      Files.move(
          temporary,
          registry.resolve(RegistryState.FILE),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where a registry keeps the export of a version. */
  public static Path export(Path registry, int version) {
    return registry.resolve("versions/" + version + "/export");
  }

  private static void write(Path file, byte[] content) {
    try {
      Files.createDirectories(file.getParent());
      Files.write(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
