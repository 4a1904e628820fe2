package org.meanfield.model;

import java.util.Optional;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.error.SettingsException;

/**
 * A model to start from: a graph with weights, channels first, whatever file it came from. The
 * updater state of the file is not kept: a new training starts with none.
 *
 * @param artefact where it came from, for messages
 * @param configurationJson the graph's configuration
 * @param parameters flat, in the layout of DL4J's {@code ComputationGraph.params()}
 * @param imageSpec what it was trained for, where the file says
 * @param classes what its outputs mean, where the file says
 */
public record PretrainedModel(
    String artefact,
    String configurationJson,
    FloatVector parameters,
    Optional<ImageSpec> imageSpec,
    Optional<ClassIndex> classes) {

  /** A model that this program trained. */
  public static PretrainedModel of(String artefact, TrainedModel model) {
    return new PretrainedModel(
        artefact,
        model.network().configurationJson(),
        model.state().parameters(),
        Optional.of(model.network().imageSpec()),
        Optional.of(model.network().classes()));
  }

  /**
   * This model's own network, fitted to other images and classes.
   *
   * @throws SettingsException where it is no image classifier
   */
  public Network network(ImageSpec images, ClassIndex target, TrainingRecipe recipe) {
    ComputationGraphConfiguration configuration =
        ComputationGraphConfiguration.fromJson(configurationJson);
    Freezing.thaw(configuration);
    return ConfigurationFile.fit(artefact, configuration, images, target, recipe);
  }

  /** True where an output for the same classes in the same order can be kept. */
  public boolean hasClasses(ClassIndex target) {
    return classes.map(target::equals).orElse(true);
  }
}
