package org.meanfield.jobs.train;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.meanfield.data.DatasetManifest;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Split;
import org.meanfield.engine.Engine;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.jobs.storage.DatasetFiles;
import org.meanfield.model.Architectures;
import org.meanfield.model.ModelState;
import org.meanfield.model.Network;
import org.meanfield.model.TrainingRecipe;

/**
 * What training starts from.
 *
 * @param network definition, recipe included
 * @param state first merged state
 * @param recipe how weights move
 * @param notes what a person should know about it, a line each
 */
record StartingModel(Network network, ModelState state, TrainingRecipe recipe, List<String> notes) {

  /** As the settings say, for a data set. */
  static StartingModel of(JobContext context, DatasetFiles data, Engine engine) {
    DatasetManifest manifest = data.manifest();
    ModelSettings model = ModelSettings.from(context.settings());
    int iterations =
        TrainSettings.totalIterations(context.settings(), manifest.examples(Split.TRAIN));
    TrainingRecipe recipe =
        OptimizerSettings.from(context.settings())
            .recipe(iterations, model.dropout(), context.settings().get(TrainSettings.SEED));
    ImageSpec spec = model.imageSpec(manifest, Optional.empty());
    Network network =
        Architectures.build(model.name().orElseThrow(), spec, manifest.classes(), recipe);
    ModelState state = engine.initialState(network);
    return new StartingModel(network, state, recipe, List.of(describe(network, state)));
  }

  private static String describe(Network network, ModelState state) {
    ImageSpec spec = network.imageSpec();
    return String.format(
        Locale.ROOT,
        "model: %s, %,d parameters, images %dx%dx%d, %d classes",
        network.name(),
        state.parameters().length(),
        spec.height(),
        spec.width(),
        spec.channels(),
        network.classes().size());
  }
}
