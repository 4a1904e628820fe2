package org.meanfield.engine;

import org.meanfield.error.SettingsException;
import org.meanfield.model.ModelState;
import org.meanfield.model.Network;

/**
 * Runs networks on one kind of numerical library. Engines are stateless; a replica holds the native
 * memory.
 */
public interface Engine {
  /** The name in settings and reports, e.g. {@code nd4j}. */
  String name();

  /**
   * One line on what really runs: library, version, which fast paths are on, and what is lost where
   * they are not.
   */
  String description();

  /** The freshly initialised state of a network, from the seed in its configuration. */
  ModelState initialState(Network network);

  /**
   * Opens a replica with freshly initialised weights.
   *
   * @param threads native threads that this replica may use
   */
  Replica open(Network network, int threads);

  /**
   * Opens a trained network where {@link #open(Network, int)} does, for any number of threads.
   *
   * @param threads native threads that one prediction may use
   * @throws org.meanfield.error.CorruptArtifactException where the state is of another network
   */
  Predictor predictor(Network network, ModelState state, int threads);

  /**
   * Opens a replica on a device.
   *
   * @param threads native threads of the processor that this replica may use
   * @throws SettingsException where this engine cannot use that device here
   */
  default Replica open(Network network, ComputeDevice device, int threads) {
    if (device.isCuda()) {
      throw new SettingsException(
          "Engine '" + name() + "' computes on the processor only; " + device + " was asked for");
    }
    return open(network, threads);
  }
}
