package org.meanfield.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.meanfield.config.NearestName;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.error.SettingsException;

/**
 * The built-in networks by name. Each has one input {@value #INPUT} ({@code [N, C, H, W]}) and one
 * output {@value #OUTPUT} (softmax over the classes, {@code [N, K]}). Layer names are stable: they
 * are what people refer to when they freeze layers or start from older weights.
 */
public final class Architectures {
  /** Name of every network's input. */
  public static final String INPUT = "image";

  /** Name of every network's output, and of the layer that computes it. */
  public static final String OUTPUT = "probabilities";

  private static final Map<String, Architecture> BY_NAME = new LinkedHashMap<>();

  static {
    BY_NAME.put("lenet", new Architecture(16, SmallNetworks::lenet));
    BY_NAME.put("cnn", new Architecture(8, SmallNetworks::cnn));
    BY_NAME.put("mlp", new Architecture(1, SmallNetworks::mlp));
    BY_NAME.put("resnet20", new Architecture(8, ResidualNetworks::resnet20));
    BY_NAME.put("resnet18", new Architecture(32, ResidualNetworks::resnet18));
    BY_NAME.put("resnet50", new Architecture(32, ResidualNetworks::resnet50));
  }

  private Architectures() {}

  /** All names, in the order in which documentation lists them. */
  public static List<String> names() {
    return List.copyOf(BY_NAME.keySet());
  }

  /**
   * A network with its recipe; no weights yet.
   *
   * @param name one of {@link #names()}
   * @throws SettingsException where no architecture has that name, or the images are too small for
   *     it
   */
  public static Network build(
      String name, ImageSpec images, ClassIndex classes, TrainingRecipe recipe) {
    Architecture architecture =
        Optional.ofNullable(BY_NAME.get(name)).orElseThrow(() -> unknown(name));
    if (Math.min(images.height(), images.width()) < architecture.smallestSide()) {
      throw new SettingsException(
          "Model '"
              + name
              + "' needs images of at least "
              + architecture.smallestSide()
              + "x"
              + architecture.smallestSide()
              + " pixels, found "
              + images.height()
              + "x"
              + images.width()
              + "; choose another model or a larger image.size");
    }
    GraphSketch sketch = new GraphSketch(images, classes.size(), recipe);
    architecture.plan().draw(sketch);
    ComputationGraphConfiguration configuration = sketch.finish();
    recipe.applyTo(configuration);
    return new Network(name, configuration, images, classes);
  }

  private static SettingsException unknown(String name) {
    String hint =
        NearestName.find(name, names()).map(near -> "; did you mean '" + near + "'?").orElse("");
    return new SettingsException(
        "There is no model '"
            + name
            + "'; the built-in ones are "
            + String.join(", ", names())
            + ", or give a DL4J configuration file ending in .json"
            + hint);
  }

  private record Architecture(int smallestSide, Plan plan) {}

  /** Adds an architecture's layers to a sketch. */
  interface Plan {
    void draw(GraphSketch sketch);
  }
}
