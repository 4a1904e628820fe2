package org.meanfield.engine.nd4j;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.meanfield.engine.ComputeDevice;
import org.meanfield.engine.Minibatch;
import org.meanfield.engine.Predictor;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;
import org.meanfield.model.Network;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A trained network on DL4J. A {@link ComputationGraph} keeps what it is given while it computes,
 * so that each thread that predicts has one of its own; all of them are views of one vector of
 * parameters.
 */
final class Nd4jPredictor implements Predictor {
  private final Network network;
  private final NativeBackend backend;
  private final ComputeDevice device;
  private final int threads;
  private final INDArray parameters;
  private final Queue<ComputationGraph> idle = new ConcurrentLinkedQueue<>();

  Nd4jPredictor(
      Network network, ModelState state, NativeBackend backend, ComputeDevice device, int threads) {
    this.network = network;
    this.backend = backend;
    this.device = device;
    this.threads = threads;
    backend.use(device);
    backend.useThreads(threads);
    this.parameters = FloatArrays.arrayOf(state.parameters(), 1, state.parameters().length());
    try {
      idle.add(graph());
    } catch (IllegalArgumentException e) {
      close();
      throw new CorruptArtifactException(
          "The state does not fit network '"
              + network.name()
              + "': "
              + e.getMessage()
              + "; it belongs to another network",
          e);
    }
  }

  private ComputationGraph graph() {
    ComputationGraph graph = new ComputationGraph(network.configuration());
    graph.init(parameters, false);
    return graph;
  }

  @Override
  public FloatVector predict(Minibatch minibatch) {
    backend.use(device);
    backend.useThreads(threads);
    ComputationGraph polled = idle.poll();
    ComputationGraph graph = polled != null ? polled : graph();
    FloatVector result;
    try (INDArray pixels = Nd4jReplica.images(network, minibatch);
        INDArray probabilities = graph.outputSingle(pixels)) {
      result = FloatArrays.copyOf(probabilities);
    }
    idle.add(graph); // after a failure it is left to the garbage collector, with what it was given
    return result;
  }

  /** The graphs are views; DL4J frees what each has beside them with the graph itself. */
  @Override
  public void close() {
    idle.clear();
    if (parameters.closeable()) {
      parameters.close();
    }
  }
}
