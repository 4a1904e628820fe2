package org.meanfield.model;

import java.io.Serializable;
import java.util.Locale;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.error.SettingsException;

/**
 * A classifier's definition: a graph with one image input and one softmax output over the classes,
 * plus what its numbers mean. Holds no weights and touches no native code.
 */
public final class Network implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String name;
  private final String configurationJson;
  private final ImageSpec imageSpec;
  private final ClassIndex classes;

  /** Stores a copy of the configuration. */
  public Network(
      String name,
      ComputationGraphConfiguration configuration,
      ImageSpec imageSpec,
      ClassIndex classes) {
    this(name, BatchNormForm.remember(configuration).toJson(), imageSpec, classes);
  }

  /** From DL4J's JSON form of the configuration. */
  public Network(String name, String configurationJson, ImageSpec imageSpec, ClassIndex classes) {
    this.name = name;
    this.configurationJson = configurationJson;
    this.imageSpec = imageSpec;
    this.classes = classes;
  }

  /** The architecture's name, e.g. {@code lenet}. */
  public String name() {
    return name;
  }

  /** A fresh copy of the graph's configuration, updater included. */
  public ComputationGraphConfiguration configuration() {
    return ComputationGraphConfiguration.fromJson(configurationJson);
  }

  /** The configuration in DL4J's JSON form: what travels and what a checkpoint stores. */
  public String configurationJson() {
    return configurationJson;
  }

  /**
   * The same network with every learning-rate schedule of ours replaced by its base rate: the form
   * in which it is exported, readable by plain DL4J. The layout of parameters and updater state is
   * the same.
   */
  public Network withoutSchedule() {
    ComputationGraphConfiguration plain = configuration();
    ScheduledRate.removeFrom(plain);
    return new Network(name, plain, imageSpec, classes);
  }

  /**
   * The same network in which the vertex {@code last} and everything before it does not learn. The
   * layout of the parameters is the same; the updater state is smaller.
   *
   * @throws org.meanfield.error.SettingsException where there is no such layer or nothing would be
   *     left to train
   */
  public Network freezeUntil(String last) {
    ComputationGraphConfiguration frozen = configuration();
    Freezing.freezeUntil(frozen, last);
    return new Network(name, frozen, imageSpec, classes);
  }

  /**
   * The same network without any freezing: for walking over its layers. The layout of the
   * parameters is the same; the updater state is larger where layers were frozen.
   */
  public Network withoutFreezing() {
    ComputationGraphConfiguration thawed = configuration();
    Freezing.thaw(thawed);
    return new Network(name, thawed, imageSpec, classes);
  }

  /**
   * The part of this network that ends with the vertex {@code last}, as a network whose outputs are
   * that vertex's values: one a unit, or of images the mean of each channel. Its classes are the
   * outputs' numbers.
   *
   * @throws org.meanfield.error.SettingsException where there is no such vertex before the
   *     classifier, or its values are no features
   */
  public Network upTo(String last) {
    return Truncation.upTo(this, last);
  }

  /**
   * Refuses a network whose parameters do not fit into one array, before anything is allocated for
   * them.
   *
   * @throws SettingsException with their number
   */
  public void requireAllocatable() {
    double parameters =
        configuration().getVertices().values().stream()
            .mapToDouble(vertex -> (double) vertex.numParams(true))
            .sum();
    // A product that does not fit into 64 bits may be anything.
    double pixels = (double) imageSpec.height() * imageSpec.width() * imageSpec.channels();
    if (parameters > Integer.MAX_VALUE || parameters < 0 || pixels > Integer.MAX_VALUE) {
      throw new SettingsException(
          String.format(
              Locale.ROOT,
              "The network '%s' has %,.0f parameters for images of %dx%dx%d; at most %,d are"
                  + " possible: take a smaller image.size, or another model",
              name,
              parameters,
              imageSpec.height(),
              imageSpec.width(),
              imageSpec.channels(),
              Integer.MAX_VALUE));
    }
  }

  /** Name of the vertex whose values the classifier gets. */
  public String lastHidden() {
    ComputationGraphConfiguration graph = configuration();
    return graph.getVertexInputs().get(graph.getNetworkOutputs().get(0)).get(0);
  }

  /** What the input is. */
  public ImageSpec imageSpec() {
    return imageSpec;
  }

  /** What the output positions mean. */
  public ClassIndex classes() {
    return classes;
  }
}
