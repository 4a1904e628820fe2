package org.meanfield.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.meanfield.average.FlatState;
import org.meanfield.engine.Engine;
import org.meanfield.engine.Engines;
import org.meanfield.engine.Replica;
import org.meanfield.engine.StepPosition;
import org.meanfield.engine.nd4j.TinyNetworks;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.error.SettingsException;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;
import org.meanfield.model.ModelStateCodec;
import org.meanfield.model.Network;
import org.nd4j.linalg.learning.config.Adam;

class TorchReplicaTest {
  private final Engine engine = Engines.named("torch");
  private final Network network = TinyNetworks.convolutional(new Adam(0.01), 0.5);
  private final ModelState start = engine.initialState(network);

  @ParameterizedTest
  @ValueSource(strings = {"torch", "torch-bf16"})
  void aStepDependsOnNothingButStateMinibatchAndPosition(String name) {
    Engine each = Engines.named(name);
    assertThat(digestAfterSteps(each, 3)).isEqualTo(digestAfterSteps(each, 0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"torch", "torch-bf16"})
  void twoReplicasOnTwoThreadsDoNotDisturbEachOther(String name) throws Exception {
    Engine each = Engines.named(name);
    String alone = digestAfterSteps(each, 0);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<Future<String>> both =
          threads.invokeAll(
              List.of(() -> digestAfterSteps(each, 7), () -> digestAfterSteps(each, 2)));
      for (Future<String> digest : both) {
        assertThat(digest.get()).isEqualTo(alone);
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void dropoutFollowsTheSeedOfTheStep() {
    assertThat(afterOneStep(6)).isNotEqualTo(afterOneStep(5)).isEqualTo(afterOneStep(6));
  }

  /** A thread that has not used LibTorch yet would otherwise take every core. */
  @Test
  void aStepComputesOnTheThreadsThatItIsGivenWhicheverThreadTakesIt() throws Exception {
    ExecutorService other = Executors.newSingleThreadExecutor();
    try (Replica replica = engine.open(network, 1)) {
      Future<List<Integer>> found =
          other.submit(
              () -> {
                replica.step(TinyNetworks.minibatch(4, 1), new StepPosition(0, 0, 1));
                return List.of(torch.get_num_threads(), openblas_nolapack.blas_get_num_threads());
              });
      assertThat(found.get()).containsExactly(1, 1);
    } finally {
      other.shutdown();
    }
  }

  @Test
  void onAProcessorTf32IsFp32() {
    String[] digests = new String[2];
    for (int i = 0; i < 2; i++) {
      try (Replica replica = Engines.named(i == 0 ? "torch" : "torch-tf32").open(network, 1)) {
        replica.load(start);
        replica.step(TinyNetworks.minibatch(4, 1), new StepPosition(0, 0, 1));
        digests[i] = ModelStateCodec.sha256(replica.state());
      }
    }
    assertThat(digests[1]).isEqualTo(digests[0]);
  }

  @Test
  void aStateCopiedIntoAnArrayIsTheState() {
    try (Replica replica = engine.open(network, 1)) {
      replica.load(start);
      replica.step(TinyNetworks.minibatch(8, 1), new StepPosition(0, 0, 1));
      float[] flat = new float[FlatState.of(start).length];
      replica.copyState(flat);
      assertThat(flat).isEqualTo(FlatState.of(replica.state()));
      assertThatThrownBy(() -> replica.copyState(new float[flat.length - 1]))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void eightImagesAreLearntByHeart() {
    Network certain = TinyNetworks.convolutional(new Adam(0.01), 1.0);
    try (Replica replica = engine.open(certain, 1)) {
      replica.load(engine.initialState(certain));
      double first = replica.step(TinyNetworks.minibatch(8, 2), new StepPosition(0, 0, 0));
      double last = first;
      for (int i = 1; i < 60; i++) {
        last = replica.step(TinyNetworks.minibatch(8, 2), new StepPosition(i, 0, i));
      }
      assertThat(last).isLessThan(first / 20);
    }
  }

  @Test
  void aStateOfAnotherNetworkIsRefused() {
    try (Replica replica = engine.open(network, 1)) {
      ModelState wrong = new ModelState(FloatVector.wrap(new float[3]), FloatVector.empty());
      assertThatThrownBy(() -> replica.load(wrong))
          .isInstanceOf(CorruptArtifactException.class)
          .hasMessageContaining("3 values of parameters");
    }
  }

  @Test
  void whatItDoesNotKnowIsRefusedByName() {
    ComputationGraphConfiguration other = network.configuration();
    LayerVertex vertex = (LayerVertex) other.getVertices().get("dense1");
    ((DenseLayer) vertex.getLayerConf().getLayer()).setHasLayerNorm(true);
    Network unknown = new Network("other", other, network.imageSpec(), network.classes());
    assertThatThrownBy(() -> engine.open(unknown, 1))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("'dense1'")
        .hasMessageContaining("layer normalisation")
        .hasMessageContaining("nd4j");
  }

  private ModelState afterOneStep(long seed) {
    try (Replica replica = engine.open(network, 1)) {
      replica.load(start);
      replica.step(TinyNetworks.minibatch(8, 1), new StepPosition(0, 0, seed));
      return replica.state();
    }
  }

  private String digestAfterSteps(Engine each, int stepsBefore) {
    try (Replica replica = each.open(network, 1)) {
      replica.load(start);
      for (int i = 0; i < stepsBefore; i++) {
        replica.step(TinyNetworks.minibatch(4, 99 + i), new StepPosition(i, 0, i));
      }
      replica.load(start);
      for (int i = 0; i < 5; i++) {
        replica.step(TinyNetworks.minibatch(8, i), new StepPosition(10 + i, 1, 1000 + i));
      }
      return ModelStateCodec.sha256(replica.state());
    }
  }
}
