package org.meanfield.engine.nd4j;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.meanfield.engine.ComputeDevice;
import org.meanfield.engine.Minibatch;
import org.meanfield.engine.Replica;
import org.meanfield.engine.StepPosition;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;
import org.meanfield.model.Network;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager;
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
    try (INDArray pixels = images(minibatch);
        INDArray targets =
            arrayOf(minibatch.targets(), minibatch.size(), network.classes().size())) {
      graph.fit(new INDArray[] {pixels}, new INDArray[] {targets});
    }
    return graph.score();
  }

  @Override
  public ModelState state() {
    backend.use(device);
    return new ModelState(copyOf(graph.params()), copyOf(updaterView()));
  }

  @Override
  public FloatVector predict(Minibatch minibatch) {
    backend.use(device);
    backend.useThreads(threads);
    try (INDArray pixels = images(minibatch);
        INDArray probabilities = graph.outputSingle(pixels)) {
      return copyOf(probabilities);
    }
  }

  @Override
  public void close() {
    graph.close();
  }

  private INDArray images(Minibatch minibatch) {
    var spec = network.imageSpec();
    return arrayOf(
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
      try (INDArray source = arrayOf(values, view.shape())) {
        view.assign(source);
      }
    }
  }

  /**
   * A new array of these values, row-major. In one block: ND4J's own factories and getters go
   * through an indexer float by float, which shows in a round's time. Ownership: the caller closes.
   */
  private static INDArray arrayOf(FloatVector values, long... shape) {
    INDArray array = Nd4j.createUninitialized(DataType.FLOAT, shape, 'c');
    values.putInto(floatsOf(array));
    // On a GPU this memory is a copy: the next operation has to fetch it. Nothing on a processor.
    Nd4j.getAffinityManager().tagLocation(array, AffinityManager.Location.HOST);
    return array;
  }

  private static FloatVector copyOf(INDArray view) {
    if (view == null) {
      return FloatVector.empty();
    }
    try (INDArray copy = view.dup('c')) {
      Nd4j.getAffinityManager().ensureLocation(copy, AffinityManager.Location.HOST);
      float[] values = new float[Math.toIntExact(copy.length())];
      floatsOf(copy).get(values);
      return FloatVector.wrap(values);
    }
  }

  /** The processor's memory of a whole array of floats; valid until the array is closed. */
  private static FloatBuffer floatsOf(INDArray array) {
    return ((FloatPointer) array.data().pointer()).capacity(array.length()).asBuffer();
  }
}
