package org.meanfield.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.meanfield.engine.Engine;
import org.meanfield.engine.Engines;
import org.meanfield.engine.Minibatch;
import org.meanfield.engine.Predictor;
import org.meanfield.engine.Replica;
import org.meanfield.engine.StepPosition;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;
import org.meanfield.model.Network;

/** One copy of the parameters for any number of threads, in both engines. */
class PredictorTest {
  private static final int THREADS = 4;
  private static final int MINIBATCHES = 25;
  private final Network network = ArchitecturesAgreeTest.network("cnn", 16, 3);

  @ParameterizedTest
  @ValueSource(strings = {"nd4j", "torch"})
  void threadsThatPredictAtOnceGetTheBitsOfAReplica(String name)
      throws InterruptedException, ExecutionException {
    Engine engine = Engines.named(name);
    List<Minibatch> minibatches = new ArrayList<>();
    List<FloatVector> expected = new ArrayList<>();
    ModelState trained;
    try (Replica replica = engine.open(network, 1)) {
      for (int i = 0; i < 3; i++) {
        minibatches.add(Agreement.minibatch(network, i));
        replica.step(minibatches.get(i), new StepPosition(i, 0, i));
      }
      minibatches.forEach(minibatch -> expected.add(replica.predict(minibatch)));
      trained = replica.state();
    }
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try (Predictor predictor = engine.predictor(network, trained, 1)) {
      List<Future<?>> running = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        int first = thread;
        running.add(
            threads.submit(
                () -> {
                  for (int i = first; i < first + MINIBATCHES; i++) {
                    FloatVector found = predictor.predict(minibatches.get(i % 3));
                    assertThat(found.toArray()).isEqualTo(expected.get(i % 3).toArray());
                  }
                }));
      }
      for (Future<?> each : running) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nd4j", "torch"})
  void aStateOfAnotherNetworkIsRefused(String name) {
    Engine engine = Engines.named(name);
    ModelState other = engine.initialState(ArchitecturesAgreeTest.network("mlp", 16, 3));
    assertThatThrownBy(() -> engine.predictor(network, other, 1))
        .isInstanceOf(CorruptArtifactException.class)
        .hasMessageContaining("belongs to another network");
  }
}
