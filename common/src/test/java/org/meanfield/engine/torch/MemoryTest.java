package org.meanfield.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.meanfield.engine.Engine;
import org.meanfield.engine.Engines;
import org.meanfield.engine.Minibatch;
import org.meanfield.engine.Predictor;
import org.meanfield.engine.Replica;
import org.meanfield.engine.StepPosition;
import org.meanfield.model.ModelState;
import org.meanfield.model.Network;

/** Nothing native is left behind by steps, replicas or predictors. */
class MemoryTest {
  private final Engine engine = Engines.named("torch");
  private final Network network = ArchitecturesAgreeTest.network("lenet", 28, 1);
  private final Minibatch minibatch = Agreement.minibatch(network, 1);

  /** What other tests left for the collector counts no more. */
  @BeforeEach
  void collect() throws InterruptedException {
    long handles;
    do {
      handles = Pointer.totalCount();
      System.gc();
      TimeUnit.MILLISECONDS.sleep(200); // freed by a thread of its own
    } while (Pointer.totalCount() < handles);
  }

  @Test
  void twoThousandStepsLeaveMemoryFlat() {
    try (Replica replica = engine.open(network, 1)) {
      train(replica, 0, 200);
      long handles = Pointer.totalCount();
      long bytes = Pointer.physicalBytes();
      train(replica, 200, 2200);
      assertThat(Pointer.totalCount()).as("native objects").isEqualTo(handles);
      // One forgotten activation of 8 images a step would be 740 MB; the rest is the Java heap's.
      assertThat(Pointer.physicalBytes() - bytes).as("growth in bytes").isLessThan(200L << 20);
    }
  }

  /** What a layer keeps from its way forward to its way back is let go again. */
  @ParameterizedTest
  @ValueSource(strings = {"torch", "torch-bf16"})
  void noKindOfLayerLeavesAnObjectBehind(String name) {
    Engine each = Engines.named(name);
    for (String layer : LayerCases.names()) {
      Network one = LayerCases.network(layer);
      Minibatch images = Agreement.minibatch(one, 1);
      try (Replica replica = each.open(one, 1)) {
        replica.step(images, new StepPosition(0, 0, 0));
        replica.predict(images);
        long handles = Pointer.totalCount();
        replica.step(images, new StepPosition(1, 0, 1));
        replica.predict(images);
        assertThat(Pointer.totalCount()).as("native objects of '%s'", layer).isEqualTo(handles);
      }
    }
  }

  @Test
  void aClosedReplicaLeavesNothing() {
    engine.open(network, 1).close();
    long handles = Pointer.totalCount();
    for (int i = 0; i < 3; i++) {
      try (Replica replica = engine.open(network, 1)) {
        train(replica, 0, 2);
        replica.predict(minibatch);
        replica.state();
      }
    }
    assertThat(Pointer.totalCount()).as("native objects").isEqualTo(handles);
  }

  @Test
  void aClosedPredictorLeavesNothing() {
    ModelState state;
    try (Replica replica = engine.open(network, 1)) {
      state = replica.state();
    }
    engine.predictor(network, state, 1).close();
    long handles = Pointer.totalCount();
    for (int i = 0; i < 3; i++) {
      try (Predictor predictor = engine.predictor(network, state, 1)) {
        predictor.predict(minibatch);
      }
    }
    assertThat(Pointer.totalCount()).as("native objects").isEqualTo(handles);
  }

  private void train(Replica replica, int from, int to) {
    for (int i = from; i < to; i++) {
      replica.step(minibatch, new StepPosition(i, 0, i));
    }
  }
}
