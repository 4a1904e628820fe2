package org.meanfield.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.data.ResizePolicy;
import org.meanfield.engine.Minibatch;
import org.meanfield.engine.Replica;
import org.meanfield.engine.StepPosition;
import org.meanfield.engine.nd4j.Nd4jEngine;

/** The recipe's translation to DL4J, against formulas written out by hand. */
class TrainingRecipeTest {
  private static final double DECAY = 0.05;
  private static final double RATE = 0.1;
  private static final LearningRateSchedule SCHEDULE = new LearningRateSchedule.Cosine(0.2, 0.1);
  private static final ImageSpec TINY =
      new ImageSpec(8, 8, 1, ResizePolicy.STRETCH, Normalization.unitRange(1));
  private static final ClassIndex CLASSES = new ClassIndex(List.of("a", "b"));

  static List<Optimizer> optimizers() {
    return List.of(
        new Optimizer.PlainSgd(),
        new Optimizer.Nesterov(0.9),
        new Optimizer.AdamL2(0.9, 0.99, 1e-8),
        new Optimizer.AdamW(0.9, 0.99, 1e-8));
  }

  /**
   * A zero image gives the weights of the only layer no gradient but the weight decay's, and every
   * bias a gradient that the softmax gives by hand: both formulas are seen on their own.
   */
  @ParameterizedTest
  @MethodSource("optimizers")
  void threeStepsFollowTheFormula(Optimizer optimizer) {
    TrainingRecipe recipe =
        new TrainingRecipe(optimizer, SCHEDULE, RATE, 10, DECAY, new GradientClipping.None(), 0, 3);
    Network network = onlyAClassifier(recipe);
    try (Replica replica = new Nd4jEngine().open(network, 1)) {
      float[] start = replica.state().parameters().toArray();
      ByHand weight = new ByHand(optimizer, start[0], DECAY);
      ByHand bias = new ByHand(optimizer, 0, 0);
      for (int i = 0; i < 3; i++) {
        double rate = RATE * SCHEDULE.factor(i, 10);
        double probability = 1 / (1 + Math.exp(-2 * bias.x)); // the two biases are opposite
        weight.step(0, rate, i);
        bias.step(probability - 1, rate, i);
        replica.step(
            new Minibatch(1, FloatVector.wrap(new float[64]), FloatVector.wrap(new float[] {1, 0})),
            new StepPosition(i, 0, 7));
      }
      FloatVector end = replica.state().parameters();
      assertThat((double) end.get(0)).isCloseTo(weight.x, within(2e-6));
      assertThat((double) end.get(128)).isCloseTo(bias.x, within(2e-6));
    }
  }

  @Test
  void theScheduleSurvivesJsonAndLeavesNoTraceWithoutSchedule() {
    TrainingRecipe recipe =
        TrainingRecipe.plain(RATE, 1).withOptimizer(new Optimizer.Nesterov(0.9));
    Network plain = Architectures.build("cnn", TINY, CLASSES, recipe);
    assertThat(plain.configurationJson()).doesNotContain("meanfield");

    for (LearningRateSchedule schedule :
        List.of(
            SCHEDULE,
            new LearningRateSchedule.Constant(0.1),
            new LearningRateSchedule.Step(0.1, List.of(0.5, 0.7), 0.2))) {
      TrainingRecipe scheduled =
          new TrainingRecipe(
              new Optimizer.Nesterov(0.9),
              schedule,
              RATE,
              100,
              0,
              new GradientClipping.None(),
              0,
              1);
      Network network = Architectures.build("cnn", TINY, CLASSES, scheduled);

      assertThat(layer(network, "conv1").getIUpdater()).isEqualTo(scheduled.updater());
      assertThat(layer(network, "conv1").getIUpdater().getLearningRate(42, 0))
          .isEqualTo(scheduled.learningRateAt(42));
      assertThat(network.withoutSchedule().configurationJson())
          .isEqualTo(plain.configurationJson());
    }
  }

  @Test
  void clippingLeavesBatchNormStatisticsAlone() {
    TrainingRecipe recipe =
        new TrainingRecipe(
            new Optimizer.PlainSgd(),
            SCHEDULE,
            RATE,
            10,
            DECAY,
            new GradientClipping.ByNorm(0.5),
            0.25,
            1);
    Network network = Architectures.build("cnn", TINY, CLASSES, recipe);

    assertThat(layer(network, "conv1").getGradientNormalization())
        .isEqualTo(GradientNormalization.ClipL2PerLayer);
    assertThat(layer(network, "conv1").getGradientNormalizationThreshold()).isEqualTo(0.5);
    assertThat(layer(network, "bn1").getGradientNormalization())
        .isEqualTo(GradientNormalization.None);
    assertThat(layer(network, "conv1").getIDropout()).isNull();
    assertThat(layer(network, Architectures.OUTPUT).getIDropout()).isNotNull();
  }

  private static Network onlyAClassifier(TrainingRecipe recipe) {
    GraphSketch sketch = new GraphSketch(TINY, 2, recipe);
    sketch.classifier();
    var configuration = sketch.finish();
    recipe.applyTo(configuration);
    return new Network("classifier", configuration, TINY, CLASSES);
  }

  private static BaseLayer layer(Network network, String name) {
    return (BaseLayer)
        ((LayerVertex) network.configuration().getVertices().get(name)).getLayerConf().getLayer();
  }

  /** The optimizers' published formulas for one number. */
  private static final class ByHand {
    private final Optimizer optimizer;
    private final double decay;
    private double x;
    private double m;
    private double v;

    ByHand(Optimizer optimizer, double start, double decay) {
      this.optimizer = optimizer;
      this.x = start;
      this.decay = decay;
    }

    void step(double gradient, double rate, int iteration) {
      if (optimizer instanceof Optimizer.PlainSgd) {
        x -= rate * (gradient + decay * x);
      } else if (optimizer instanceof Optimizer.Nesterov nesterov) {
        double before = m;
        m = nesterov.momentum() * m - rate * (gradient + decay * x);
        x += (1 + nesterov.momentum()) * m - nesterov.momentum() * before;
      } else if (optimizer instanceof Optimizer.AdamL2) {
        x -= adam(gradient + decay * x, rate, iteration);
      } else {
        x -= adam(gradient, rate, iteration) + rate * decay * x;
      }
    }

    private double adam(double gradient, double rate, int iteration) {
      m = 0.9 * m + 0.1 * gradient;
      v = 0.99 * v + 0.01 * gradient * gradient;
      double unbiasedM = m / (1 - Math.pow(0.9, iteration + 1));
      double unbiasedV = v / (1 - Math.pow(0.99, iteration + 1));
      return rate * unbiasedM / (Math.sqrt(unbiasedV) + 1e-8);
    }
  }
}
