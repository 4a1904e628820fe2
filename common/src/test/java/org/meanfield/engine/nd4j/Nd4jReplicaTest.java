package org.meanfield.engine.nd4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.meanfield.average.FlatState;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.data.ResizePolicy;
import org.meanfield.engine.Engine;
import org.meanfield.engine.Engines;
import org.meanfield.engine.Minibatch;
import org.meanfield.engine.Replica;
import org.meanfield.engine.StepPosition;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.model.Architectures;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;
import org.meanfield.model.ModelStateCodec;
import org.meanfield.model.Network;
import org.meanfield.model.TrainingRecipe;
import org.meanfield.natives.NativePlatform;
import org.nd4j.linalg.learning.config.Adam;

class Nd4jReplicaTest {
  private final Engine engine = Engines.named("nd4j");
  private final Network network = TinyNetworks.convolutional(new Adam(0.01), 0.5);

  @Test
  void oneDnnIsOn() {
    assertThat(engine.description()).contains("oneDNN on");
  }

  @Test
  void theFastestNativesThatTheProcessorRunsAreChosen() {
    assertThat(NativePlatform.extensionFor(Set.of("sse2"))).isEmpty();
    assertThat(NativePlatform.extensionFor(Set.of("sse2", "avx2"))).isEqualTo("-onednn-avx2");
    assertThat(
            NativePlatform.extensionFor(
                Set.of("avx2", "avx512f", "avx512dq", "avx512bw", "avx512vl", "avx512cd")))
        .isEqualTo("-onednn-avx512");
  }

  @Test
  void aStepDependsOnNothingButStateMinibatchAndPosition() {
    ModelState start = engine.initialState(network);
    String first = digestAfterSteps(start, 0);
    String second = digestAfterSteps(start, 3);
    assertThat(second).isEqualTo(first);
  }

  @Test
  void aStepIsTheSameOnAnyThread() {
    ImageSpec spec = new ImageSpec(28, 28, 1, ResizePolicy.STRETCH, Normalization.unitRange(1));
    Network wide =
        Architectures.build("lenet", spec, TinyNetworks.classes(), TrainingRecipe.plain(0.1, 1));
    ModelState start = engine.initialState(wide);
    float[] pixels = new float[16 * 28 * 28];
    Random random = new Random(1);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = random.nextFloat();
    }
    float[] targets = new float[16 * 3];
    for (int i = 0; i < 16; i++) {
      targets[3 * i + i % 3] = 1;
    }
    Minibatch minibatch = new Minibatch(16, FloatVector.wrap(pixels), FloatVector.wrap(targets));
    try (Replica replica = engine.open(wide, 1)) {
      String here = digestOfAStep(replica, start, minibatch);
      String elsewhere =
          CompletableFuture.supplyAsync(
                  () -> digestOfAStep(replica, start, minibatch), task -> new Thread(task).start())
              .join();
      assertThat(elsewhere).isEqualTo(here);
    }
  }

  @Test
  void dropoutFollowsTheSeedOfTheStep() {
    Minibatch minibatch = TinyNetworks.minibatch(8, 1);
    ModelState start = engine.initialState(network);
    try (Replica replica = engine.open(network, 1)) {
      replica.load(start);
      replica.step(minibatch, new StepPosition(0, 0, 5));
      ModelState five = replica.state();
      replica.load(start);
      replica.step(minibatch, new StepPosition(0, 0, 6));
      assertThat(replica.state()).isNotEqualTo(five);
    }
  }

  @Test
  void aStateCopiedIntoAnArrayIsTheState() {
    try (Replica replica = engine.open(network, 1)) {
      replica.step(TinyNetworks.minibatch(8, 1), new StepPosition(0, 0, 1));
      float[] flat = new float[FlatState.of(replica.state()).length];
      replica.copyState(flat);
      assertThat(flat).isEqualTo(FlatState.of(replica.state()));
    }
  }

  @Test
  void eightImagesAreLearntByHeart() {
    Minibatch minibatch = TinyNetworks.minibatch(8, 2);
    Network certain = TinyNetworks.convolutional(new Adam(0.01), 1.0);
    try (Replica replica = engine.open(certain, 1)) {
      double first = replica.step(minibatch, new StepPosition(0, 0, 0));
      double last = first;
      for (int i = 1; i < 60; i++) {
        last = replica.step(minibatch, new StepPosition(i, 0, i));
      }
      assertThat(last).isLessThan(first / 20);
      assertThat(replica.predict(minibatch).length()).isEqualTo(24);
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

  private String digestAfterSteps(ModelState start, int stepsBefore) {
    try (Replica replica = engine.open(network, 1)) {
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

  private static String digestOfAStep(Replica replica, ModelState start, Minibatch minibatch) {
    replica.load(start);
    replica.step(minibatch, new StepPosition(0, 0, 1));
    return ModelStateCodec.sha256(replica.state());
  }
}
