package org.meanfield.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.meanfield.engine.Engine;
import org.meanfield.engine.Engines;
import org.meanfield.engine.Minibatch;
import org.meanfield.engine.Replica;
import org.meanfield.engine.nd4j.Embedding;
import org.meanfield.engine.nd4j.ParameterLayout;
import org.meanfield.error.SettingsException;
import org.meanfield.model.FloatVector;
import org.meanfield.model.Network;
import org.meanfield.model.TrainedModel;

/** Networks cut off after a layer, on both engines. */
class EmbeddingTest {
  @ParameterizedTest
  @CsvSource({"lenet, 28, 1, 500", "cnn, 16, 1, 128", "mlp, 12, 3, 128", "resnet20, 16, 3, 64"})
  void theClassifierOnTheFeaturesGivesItsOwnProbabilities(
      String name, int size, int channels, int features) {
    Network network = ArchitecturesAgreeTest.network(name, size, channels);
    TrainedModel model = untrained(network);
    TrainedModel cut = Embedding.of(model, Optional.empty());
    assertThat(cut.network().classes().size()).isEqualTo(features);
    Minibatch images = Agreement.minibatch(network, 3);
    for (String engine : new String[] {"nd4j", "torch"}) {
      FloatVector values = predict(Engines.named(engine), cut, images);
      assertThat(values.length()).isEqualTo(images.size() * features);
      assertThat(softmax(model, values, features))
          .containsExactly(predict(Engines.named(engine), model, images).toArray(), within(1e-5f));
    }
  }

  @Test
  void ofImagesTheMeanOfEachChannelIsTaken() {
    Network network = ArchitecturesAgreeTest.network("cnn", 16, 1);
    TrainedModel model = untrained(network);
    Minibatch images = Agreement.minibatch(network, 3);
    TrainedModel pooled = Embedding.of(model, Optional.of("relu3"));
    assertThat(pooled.network().classes().size()).isEqualTo(64);
    assertThat(predict(Engines.named("torch"), pooled, images).toArray())
        .containsExactly(predict(Engines.named("nd4j"), pooled, images).toArray(), within(1e-4f));
  }

  @Test
  void aFrozenNetworkIsCutLikeAnyOther() {
    Network network = ArchitecturesAgreeTest.network("cnn", 16, 1);
    TrainedModel model = untrained(network);
    Network frozen = network.freezeUntil("relu3");
    TrainedModel fixed =
        new TrainedModel(
            frozen,
            new org.meanfield.model.ModelState(
                model.state().parameters(),
                Engines.named("nd4j").initialState(frozen).updaterState()),
            "run",
            "data");
    assertThat(Embedding.of(fixed, Optional.empty()).state().parameters())
        .isEqualTo(Embedding.of(model, Optional.empty()).state().parameters());
  }

  @Test
  void whatIsNoLayerBeforeTheClassifierIsRefusedByName() {
    TrainedModel model = untrained(ArchitecturesAgreeTest.network("mlp", 12, 3));
    assertThatThrownBy(() -> Embedding.of(model, Optional.of("dense3")))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("has no layer 'dense3'")
        .hasMessageContaining("did you mean 'dense");
    assertThatThrownBy(() -> Embedding.of(model, Optional.of("probabilities")))
        .isInstanceOf(SettingsException.class);
  }

  private static TrainedModel untrained(Network network) {
    return new TrainedModel(network, Engines.named("nd4j").initialState(network), "run", "data");
  }

  private static FloatVector predict(Engine engine, TrainedModel model, Minibatch images) {
    try (Replica replica = engine.open(model.network(), 1)) {
      replica.load(model.state());
      return replica.predict(images);
    }
  }

  private static float[] softmax(TrainedModel model, FloatVector features, int count) {
    ParameterLayout layout = ParameterLayout.of(model.network());
    FloatVector parameters = model.state().parameters();
    FloatVector weights = layout.of("probabilities").get("W").read(parameters, 0, 1);
    FloatVector bias = layout.of("probabilities").get("b").read(parameters, 0);
    int classes = model.network().classes().size();
    float[] all = new float[features.length() / count * classes];
    for (int image = 0; image < features.length() / count; image++) {
      double sum = 0;
      for (int label = 0; label < classes; label++) {
        double value = bias.get(label);
        for (int i = 0; i < count; i++) {
          value += features.get(image * count + i) * weights.get(i * classes + label);
        }
        all[image * classes + label] = (float) Math.exp(value);
        sum += Math.exp(value);
      }
      for (int label = 0; label < classes; label++) {
        all[image * classes + label] /= (float) sum;
      }
    }
    return all;
  }
}
