package org.meanfield.engine.nd4j;

import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.meanfield.error.SettingsException;
import org.meanfield.model.LayerTree;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * A loss in which each example of one minibatch has a weight of its own. DL4J's label mask is meant
 * for this, but its output layer multiplies the values before the activation by it too, so that any
 * mask but zeros and ones makes another network.
 */
final class WeightedLoss implements ILossFunction {
  private static final long serialVersionUID = 1L;

  private final ILossFunction loss;
  private final transient INDArray weights; // [N, 1]

  private WeightedLoss(ILossFunction loss, INDArray weights) {
    this.loss = loss;
    this.weights = weights;
  }

  /**
   * Does a step of {@code graph} with weights; afterwards its loss is what it was.
   *
   * @param weights {@code [N, 1]}; the caller's to close
   * @throws SettingsException where the output is no layer whose loss alone decides the gradient
   */
  static void during(ComputationGraph graph, INDArray weights, Runnable step) {
    Layer found = LayerTree.innermost(graph.getOutputLayer(0).conf().getLayer());
    if (found instanceof LossLayer output) {
      during(output.getLossFn(), output::setLossFn, weights, step);
    } else if (found instanceof BaseOutputLayer output
        && !(found instanceof CenterLossOutputLayer)) {
      during(output.getLossFn(), output::setLossFn, weights, step);
    } else {
      throw new SettingsException(
          "Examples have weights, and the network's output '"
              + found.getLayerName()
              + "' ("
              + found.getClass().getSimpleName()
              + ") knows none; train without weights, or with a plain output layer");
    }
  }

  private static void during(
      ILossFunction plain, Consumer<ILossFunction> setter, INDArray weights, Runnable step) {
    setter.accept(new WeightedLoss(plain, weights));
    try {
      step.run();
    } finally {
      setter.accept(plain);
    }
  }

  @Override
  public double computeScore(
      INDArray labels, INDArray preOutput, IActivation activation, INDArray mask, boolean average) {
    requireNone(mask);
    return loss.computeScore(labels, preOutput, activation, weights, average);
  }

  @Override
  public INDArray computeScoreArray(
      INDArray labels, INDArray preOutput, IActivation activation, INDArray mask) {
    requireNone(mask);
    return loss.computeScoreArray(labels, preOutput, activation, weights);
  }

  /** A loss takes a mask of a single example for one of a single output: so none is given to it. */
  @Override
  public INDArray computeGradient(
      INDArray labels, INDArray preOutput, IActivation activation, INDArray mask) {
    requireNone(mask);
    return loss.computeGradient(labels, preOutput, activation, null).muliColumnVector(weights);
  }

  @Override
  public Pair<Double, INDArray> computeGradientAndScore(
      INDArray labels, INDArray preOutput, IActivation activation, INDArray mask, boolean average) {
    return new Pair<>(
        computeScore(labels, preOutput, activation, mask, average),
        computeGradient(labels, preOutput, activation, mask));
  }

  @Override
  public String name() {
    return loss.name();
  }

  private static void requireNone(INDArray mask) {
    if (mask != null) {
      throw new IllegalStateException("A network with one output for an example has no mask");
    }
  }
}
