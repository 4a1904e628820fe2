package org.meanfield.engine.nd4j;

import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.meanfield.model.ConfigurationFile;
import org.meanfield.model.ModelState;
import org.meanfield.model.Network;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network of DL4J that lives in somebody else's program: what it is, what it has learned so far,
 * and where what it learns elsewhere is written back. Ownership: the network stays theirs.
 */
public sealed interface LiveNetwork {

  /** Wraps a network of either kind, initialised. */
  static LiveNetwork of(MultiLayerNetwork network) {
    return new Chain(network);
  }

  /** Wraps a network of either kind, initialised. */
  static LiveNetwork of(ComputationGraph network) {
    return new Graph(network);
  }

  /** What listeners are handed. */
  Model model();

  /** A copy of its definition, as a graph. */
  ComputationGraphConfiguration configuration();

  /** Steps that it has made. */
  int iteration();

  /** Passes over its data that it has made. */
  int epoch();

  /** A copy of parameters and updater state. */
  ModelState state();

  /**
   * Replaces what it has learned.
   *
   * @param iteration steps that it has made now
   */
  void learn(ModelState state, int iteration);

  /** Sets the loss that {@code score()} gives. */
  void score(double loss);

  /**
   * Its definition as the engines take it.
   *
   * @throws org.meanfield.error.SettingsException where no engine can train it on such examples
   */
  default Network network(ExampleShape examples) {
    return NetworkForm.of(configuration(), examples);
  }

  /** A chain of layers. */
  record Chain(MultiLayerNetwork network) implements LiveNetwork {
    @Override
    public Model model() {
      return network;
    }

    @Override
    public ComputationGraphConfiguration configuration() {
      MultiLayerConfiguration copy = network.getLayerWiseConfigurations().clone();
      ComputationGraphConfiguration graph = ConfigurationFile.graphOf(copy);
      graph.setBackpropType(copy.getBackpropType());
      graph.getDefaultConfiguration().setOptimizationAlgo(copy.getConf(0).getOptimizationAlgo());
      return graph;
    }

    @Override
    public int iteration() {
      return network.getLayerWiseConfigurations().getIterationCount();
    }

    @Override
    public int epoch() {
      return network.getLayerWiseConfigurations().getEpochCount();
    }

    @Override
    public ModelState state() {
      return new ModelState(
          FloatArrays.copyOf(network.params()),
          FloatArrays.copyOf(network.getUpdater().getStateViewArray()));
    }

    @Override
    public void learn(ModelState state, int iteration) {
      assign(network.params(), network.getUpdater().getStateViewArray(), state);
      network.getLayerWiseConfigurations().setIterationCount(iteration);
    }

    @Override
    public void score(double loss) {
      network.setScore(loss);
    }
  }

  /** A graph of layers. */
  record Graph(ComputationGraph network) implements LiveNetwork {
    @Override
    public Model model() {
      return network;
    }

    @Override
    public ComputationGraphConfiguration configuration() {
      return network.getConfiguration().clone();
    }

    @Override
    public int iteration() {
      return network.getConfiguration().getIterationCount();
    }

    @Override
    public int epoch() {
      return network.getConfiguration().getEpochCount();
    }

    @Override
    public ModelState state() {
      return new ModelState(
          FloatArrays.copyOf(network.params()),
          FloatArrays.copyOf(network.getUpdater().getUpdaterStateViewArray()));
    }

    @Override
    public void learn(ModelState state, int iteration) {
      assign(network.params(), network.getUpdater().getUpdaterStateViewArray(), state);
      network.getConfiguration().setIterationCount(iteration);
    }

    @Override
    public void score(double loss) {
      network.setScore(loss);
    }
  }

  private static void assign(INDArray parameters, INDArray updaterState, ModelState state) {
    try (INDArray values = FloatArrays.arrayOf(state.parameters(), parameters.shape())) {
      parameters.assign(values);
    }
    if (updaterState != null && state.updaterState().length() > 0) {
      try (INDArray values = FloatArrays.arrayOf(state.updaterState(), updaterState.shape())) {
        updaterState.assign(values);
      }
    }
  }
}
