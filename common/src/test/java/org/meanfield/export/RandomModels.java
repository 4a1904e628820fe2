package org.meanfield.export;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.meanfield.data.ImageSpec;
import org.meanfield.engine.Engines;
import org.meanfield.engine.nd4j.ParameterLayout;
import org.meanfield.image.PixelImage;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;
import org.meanfield.model.Network;
import org.meanfield.model.TrainedModel;

/** Models with random weights and batch-norm statistics that are far from their start values. */
public final class RandomModels {
  private RandomModels() {}

  /** A network's initial weights, with biases, scales and statistics made random. */
  public static TrainedModel of(Network network, long seed) {
    ModelState initial = Engines.named("nd4j").initialState(network);
    float[] parameters = initial.parameters().toArray();
    Random random = new Random(seed);
    ParameterLayout layout = ParameterLayout.of(network);
    for (String vertex : network.configuration().getVertices().keySet()) {
      for (Map.Entry<String, ParameterLayout.Slice> entry : layout.of(vertex).entrySet()) {
        randomize(entry.getKey(), entry.getValue(), parameters, random);
      }
    }
    ModelState state = new ModelState(FloatVector.wrap(parameters), initial.updaterState());
    return new TrainedModel(network, state, "run-1", "data-1");
  }

  /** Images of random pixels that fit a spec. */
  public static List<PixelImage> images(ImageSpec spec, int count, long seed) {
    Random random = new Random(seed);
    List<PixelImage> images = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] pixels = new byte[spec.values()];
      random.nextBytes(pixels);
      images.add(new PixelImage(spec.height(), spec.width(), spec.channels(), pixels));
    }
    return images;
  }

  private static void randomize(
      String name, ParameterLayout.Slice slice, float[] parameters, Random random) {
    for (int i = 0; i < slice.size(); i++) {
      int at = (int) slice.offset() + i;
      switch (name) {
        case "gamma" -> parameters[at] = 0.5f + random.nextFloat();
        case "var" -> parameters[at] = 0.2f + 2 * random.nextFloat();
        case "b", "beta", "mean" -> parameters[at] = random.nextFloat() - 0.5f;
        case "log10stdev" -> parameters[at] = 0.4f * random.nextFloat() - 0.2f;
        default -> {} // Weights are random already.
      }
    }
  }
}
