package org.meanfield.jobs.train;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.meanfield.data.DatasetManifest;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Split;
import org.meanfield.engine.nd4j.Nd4jEngine;
import org.meanfield.engine.nd4j.Nd4jModelReader;
import org.meanfield.engine.nd4j.WeightTransfer;
import org.meanfield.error.SettingsException;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.jobs.storage.DatasetFiles;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.model.Architectures;
import org.meanfield.model.ConfigurationFile;
import org.meanfield.model.ModelState;
import org.meanfield.model.Network;
import org.meanfield.model.PretrainedModel;
import org.meanfield.model.StartingPoint;
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
  static StartingModel of(JobContext context, DatasetFiles data) {
    DatasetManifest manifest = data.manifest();
    ModelSettings model = ModelSettings.from(context.settings());
    int iterations =
        TrainSettings.totalIterations(context.settings(), manifest.examples(Split.TRAIN));
    TrainingRecipe recipe =
        OptimizerSettings.from(context.settings())
            .recipe(iterations, model.dropout(), context.settings().get(TrainSettings.SEED));
    Optional<PretrainedModel> before =
        model.startFrom().map(uri -> Nd4jModelReader.read(uri, read(context.storage(), uri)));
    ImageSpec spec = model.imageSpec(manifest, before.flatMap(PretrainedModel::imageSpec));
    Network fresh =
        model
            .name()
            .map(name -> network(context.storage(), name, spec, manifest, recipe))
            .orElseGet(() -> before.orElseThrow().network(spec, manifest.classes(), recipe));
    fresh.requireAllocatable();
    return before
        .map(
            pretrained ->
                transferred(WeightTransfer.start(pretrained, fresh, model.freezeUntil()), recipe))
        .orElseGet(() -> untrained(fresh, recipe));
  }

  private static Network network(
      Storage storage,
      String name,
      ImageSpec spec,
      DatasetManifest manifest,
      TrainingRecipe recipe) {
    if (name.endsWith(".json")) {
      return ConfigurationFile.network(
          name,
          new String(read(storage, name), StandardCharsets.UTF_8),
          spec,
          manifest.classes(),
          recipe);
    }
    return Architectures.build(name, spec, manifest.classes(), recipe);
  }

  private static StartingModel untrained(Network network, TrainingRecipe recipe) {
    ModelState state = initialState(network);
    return new StartingModel(network, state, recipe, List.of(describe(network, state)));
  }

  /** Kept weights with a fresh updater state: momentum of another training means nothing here. */
  private static StartingModel transferred(StartingPoint point, TrainingRecipe recipe) {
    Network network = point.network();
    ModelState state =
        new ModelState(point.state().parameters(), initialState(network).updaterState());
    List<String> notes = new ArrayList<>(List.of(describe(network, state)));
    notes.add(point.summary());
    return new StartingModel(network, state, recipe, notes);
  }

  /** DL4J's, whatever engine trains: the same seed gives the same weights everywhere. */
  private static ModelState initialState(Network network) {
    return new Nd4jEngine().initialState(network);
  }

  private static byte[] read(Storage storage, String uri) {
    if (!storage.exists(uri) || storage.isFolder(uri)) {
      throw new SettingsException(
          "There is no file " + uri + "; correct model.name or model.start-from");
    }
    return storage.read(uri);
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
