package org.meanfield.engine.nd4j;

import java.util.Optional;
import org.meanfield.model.Network;
import org.meanfield.model.PretrainedModel;
import org.meanfield.model.StartingPoint;
import org.meanfield.model.TrainedModel;

/** Turns a classifier into what describes images by numbers: the values of one of its layers. */
public final class Embedding {
  private Embedding() {}

  /**
   * A model whose "probabilities" are the values of a layer, with the classifier's weights.
   *
   * @param layer by name; empty for the one that feeds the classifier
   * @throws org.meanfield.error.SettingsException where there is no such layer, or nothing is
   *     learned before it
   */
  public static TrainedModel of(TrainedModel model, Optional<String> layer) {
    Network network = model.network().upTo(layer.orElseGet(model.network()::lastHidden));
    StartingPoint cut =
        WeightTransfer.start(
            PretrainedModel.of("The model of run " + model.runId(), model),
            network,
            Optional.empty());
    return new TrainedModel(cut.network(), cut.state(), model.runId(), model.datasetId());
  }
}
