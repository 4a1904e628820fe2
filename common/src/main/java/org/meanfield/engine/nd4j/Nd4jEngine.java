package org.meanfield.engine.nd4j;

import org.meanfield.engine.ComputeDevice;
import org.meanfield.engine.Engine;
import org.meanfield.engine.Predictor;
import org.meanfield.engine.Replica;
import org.meanfield.model.ModelState;
import org.meanfield.model.Network;

/** Deeplearning4j itself, on ND4J's CPU backend with oneDNN or on its CUDA backend. */
public final class Nd4jEngine implements Engine {
  /** The name in settings and reports. */
  public static final String NAME = "nd4j";

  private final NativeBackend backend = NativeBackend.load();

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return backend.description();
  }

  @Override
  public ModelState initialState(Network network) {
    try (Replica replica = open(network, 1)) {
      return replica.state();
    }
  }

  @Override
  public Replica open(Network network, int threads) {
    return open(network, new ComputeDevice(backend.kind(), 0), threads);
  }

  @Override
  public Replica open(Network network, ComputeDevice device, int threads) {
    return new Nd4jReplica(network, backend, device, threads);
  }

  @Override
  public Predictor predictor(Network network, ModelState state, int threads) {
    ComputeDevice device = new ComputeDevice(backend.kind(), 0);
    return new Nd4jPredictor(network, state, backend, device, threads);
  }
}
