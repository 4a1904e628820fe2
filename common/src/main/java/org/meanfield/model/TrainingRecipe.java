package org.meanfield.model;

import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * Everything that decides how a network's weights move, apart from the data.
 *
 * @param optimizer kind of step
 * @param schedule the learning rate's factor over time
 * @param learningRate at factor 1, positive
 * @param totalIterations of one worker in the whole training, positive: the schedule's length
 * @param weightDecay coefficient on weights (never on biases or batch norm); 0 for none
 * @param clipping of each layer's gradient
 * @param dropout probability with which an input of the classifier layer is left out, in [0, 1); 0
 *     for none
 * @param seed of the initial weights
 */
public record TrainingRecipe(
    Optimizer optimizer,
    LearningRateSchedule schedule,
    double learningRate,
    int totalIterations,
    double weightDecay,
    GradientClipping clipping,
    double dropout,
    long seed) {

  /** Checks the numbers. */
  public TrainingRecipe {
    check(learningRate > 0, "learning rate must be positive", learningRate);
    check(totalIterations > 0, "number of iterations must be positive", totalIterations);
    check(weightDecay >= 0, "weight decay must not be negative", weightDecay);
    check(dropout >= 0 && dropout < 1, "dropout must lie in [0, 1)", dropout);
  }

  /**
   * A recipe of plain SGD with a constant rate and nothing else: for tests and for networks that
   * only predict.
   */
  public static TrainingRecipe plain(double learningRate, long seed) {
    return new TrainingRecipe(
        new Optimizer.PlainSgd(),
        new LearningRateSchedule.Constant(0),
        learningRate,
        1,
        0,
        new GradientClipping.None(),
        0,
        seed);
  }

  /** The same recipe with another optimizer. */
  public TrainingRecipe withOptimizer(Optimizer other) {
    return new TrainingRecipe(
        other, schedule, learningRate, totalIterations, weightDecay, clipping, dropout, seed);
  }

  /** The learning rate of an iteration. */
  public double learningRateAt(int iteration) {
    return learningRate * schedule.factor(iteration, totalIterations);
  }

  /** DL4J's updater: optimizer, rate and, unless the rate is constant, schedule. */
  public IUpdater updater() {
    IUpdater updater = optimizer.updater(learningRate);
    if (!schedule.equals(new LearningRateSchedule.Constant(0))) {
      updater.setLrAndSchedule(
          learningRate, new ScheduledRate(learningRate, totalIterations, schedule));
    }
    return updater;
  }

  /** Sets this recipe on every layer that has weights, whatever was there before. */
  void applyTo(ComputationGraphConfiguration graph) {
    for (GraphVertex vertex : graph.getVertices().values()) {
      if (vertex instanceof LayerVertex layerVertex) {
        NeuralNetConfiguration configuration = layerVertex.getLayerConf();
        configuration.setSeed(seed);
        configuration.setMiniBatch(true);
        if (LayerTree.innermost(configuration.getLayer()) instanceof BaseLayer layer) {
          applyTo(layer);
        }
      }
    }
    graph.getDefaultConfiguration().setSeed(seed);
    graph.getDefaultConfiguration().setMiniBatch(true); // DL4J's updater reads this one
    graph.setIterationCount(0);
    graph.setEpochCount(0);
  }

  private void applyTo(BaseLayer layer) {
    layer.setIUpdater(updater());
    layer.setBiasUpdater(null);
    layer.setRegularization(optimizer.regularization(weightDecay));
    layer.setRegularizationBias(List.of());
    GradientClipping effective =
        layer instanceof BatchNormalization ? new GradientClipping.None() : clipping;
    layer.setGradientNormalization(effective.kind());
    layer.setGradientNormalizationThreshold(effective.limit());
  }

  private static void check(boolean holds, String rule, double found) {
    if (!holds) {
      throw new IllegalArgumentException("The " + rule + "; found " + found);
    }
  }
}
