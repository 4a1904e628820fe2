package org.meanfield.engine.nd4j;

import java.nio.FloatBuffer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.meanfield.engine.ComputeDevice;
import org.meanfield.engine.Minibatch;
import org.meanfield.engine.Replica;
import org.meanfield.engine.StepPosition;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;
import org.meanfield.model.Network;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A {@link ComputationGraph} driven one step at a time. Not thread-safe, but may move between
 * threads.
 */
final class Nd4jReplica implements Replica {
  private final ComputationGraph graph;
  private final Network network;
  private final NativeBackend backend;
  private final ComputeDevice device;
  private final int threads;

  Nd4jReplica(Network network, NativeBackend backend, ComputeDevice device, int threads) {
    this.network = network;
    this.backend = backend;
    this.device = device;
    this.threads = threads;
    backend.use(device);
    backend.useThreads(threads);
    this.graph = new ComputationGraph(network.configuration());
    graph.init();
    graph.getUpdater(); // allocates the updater state now, so that load() finds it
  }

  @Override
  public void load(ModelState state) {
    backend.use(device);
    assign("parameters", graph.params(), state.parameters());
    assign("updater state", updaterView(), state.updaterState());
  }

  @Override
  public double step(Minibatch minibatch, StepPosition position) {
    backend.use(device);
    backend.useThreads(threads);
    graph.getConfiguration().setIterationCount(position.iteration());
    graph.getConfiguration().setEpochCount(position.epoch());
    Nd4j.getRandom().setSeed(position.seed());
    try (INDArray pixels = images(network, minibatch);
        INDArray targets =
            FloatArrays.arrayOf(minibatch.targets(), minibatch.size(), network.classes().size())) {
      fit(pixels, targets, minibatch);
    }
    return graph.score();
  }

  private void fit(INDArray pixels, INDArray targets, Minibatch minibatch) {
    INDArray[] inputs = {pixels};
    INDArray[] labels = {targets};
    if (minibatch.isWeighted()) {
      try (INDArray weights = FloatArrays.arrayOf(minibatch.weights(), minibatch.size(), 1)) {
        WeightedLoss.during(graph, weights, () -> graph.fit(inputs, labels));
      }
    } else {
      graph.fit(inputs, labels);
    }
  }

  @Override
  public ModelState state() {
    backend.use(device);
    return new ModelState(FloatArrays.copyOf(graph.params()), FloatArrays.copyOf(updaterView()));
  }

  @Override
  public void copyState(float[] flat) {
    ModelState state = state();
    FloatBuffer target = FloatBuffer.wrap(flat);
    state.parameters().putInto(target);
    state.updaterState().putInto(target);
  }

  @Override
  public FloatVector predict(Minibatch minibatch) {
    backend.use(device);
    backend.useThreads(threads);
    try (INDArray pixels = images(network, minibatch);
        INDArray probabilities = graph.outputSingle(pixels)) {
      return FloatArrays.copyOf(probabilities);
    }
  }

  @Override
  public void close() {
    NetworkMemory.free(graph);
  }

  /** A minibatch as DL4J takes it. Ownership: the caller closes. */
  static INDArray images(Network network, Minibatch minibatch) {
    var spec = network.imageSpec();
    return FloatArrays.arrayOf(
        minibatch.pixels(), minibatch.size(), spec.channels(), spec.height(), spec.width());
  }

  private INDArray updaterView() {
    return graph.getUpdater().getUpdaterStateViewArray();
  }

  private void assign(String what, INDArray view, FloatVector values) {
    long expected = view == null ? 0 : view.length();
    if (expected != values.length()) {
      throw new CorruptArtifactException(
          "The state has "
              + values.length()
              + " values of "
              + what
              + ", network '"
              + network.name()
              + "' needs "
              + expected
              + "; it belongs to another network or optimizer");
    }
    if (expected > 0) {
      try (INDArray source = FloatArrays.arrayOf(values, view.shape())) {
        view.assign(source);
      }
    }
  }
}
