package org.meanfield.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.data.ResizePolicy;
import org.meanfield.engine.Engines;
import org.meanfield.export.ExportCheck;
import org.meanfield.export.OnnxExporter;
import org.meanfield.export.ServingBundle;
import org.meanfield.model.Architectures;
import org.meanfield.model.Network;
import org.meanfield.model.TrainedModel;
import org.meanfield.model.TrainingRecipe;

/**
 * An export of an untrained network, which takes as long as a trained one.
 *
 * @param network a built-in architecture
 * @param side of the square images, in pixels
 * @param channels 1 or 3
 */
record MadeExport(String network, int side, int channels) {
  static final int CLASSES = 10;

  String label() {
    return network + " " + side + "x" + side + "x" + channels;
  }

  ImageSpec spec() {
    return new ImageSpec(
        side,
        side,
        channels,
        ResizePolicy.STRETCH,
        new Normalization(
            Collections.nCopies(channels, FashionMnist.MEAN),
            Collections.nCopies(channels, FashionMnist.DEVIATION)));
  }

  /**
   * Writes it.
   *
   * @param seed another seed, other weights
   */
  ServingBundle write(Path folder, long seed) throws IOException {
    ClassIndex classes =
        new ClassIndex(IntStream.range(0, CLASSES).mapToObj(Integer::toString).toList());
    Network built = Architectures.build(network, spec(), classes, TrainingRecipe.plain(0.1, seed));
    TrainedModel model =
        new TrainedModel(built, Engines.named("nd4j").initialState(built), "run", "data");
    Map<String, byte[]> onnx = Map.of(ServingBundle.ONNX_FILE, OnnxExporter.export(model));
    Files.createDirectories(folder);
    for (Map.Entry<String, byte[]> file :
        ServingBundle.files(model, onnx, new ExportCheck(1, 0, 1)).entrySet()) {
      Files.write(folder.resolve(file.getKey()), file.getValue());
    }
    return ServingBundle.open(folder);
  }

  /** Pixel values of an image, row by row, channels interleaved; the same for the same number. */
  List<Integer> pixels(int number) {
    int count = spec().values();
    return IntStream.range(0, count).mapToObj(i -> (i * 37 + number * 101) % 256).toList();
  }
}
