package org.meanfield.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.data.ResizePolicy;
import org.meanfield.engine.Engine;
import org.meanfield.engine.Engines;
import org.meanfield.engine.Replica;
import org.meanfield.engine.StepPosition;
import org.meanfield.model.Architectures;
import org.meanfield.model.GradientClipping;
import org.meanfield.model.LearningRateSchedule;
import org.meanfield.model.Network;
import org.meanfield.model.Optimizer;
import org.meanfield.model.SmoothTwin;
import org.meanfield.model.TrainingRecipe;

/** Our own networks on both engines, from one state and with the same minibatches. */
class ArchitecturesAgreeTest {
  private static final ClassIndex CLASSES = new ClassIndex(List.of("a", "b", "c", "d"));
  private static final double TOLERANCE = 1e-4;

  /** What one rectifier that falls to the other side of 0 changes in a gradient. */
  private static final double ONE_BEND = 1e-2;

  @ParameterizedTest
  @CsvSource({
    "lenet, 28, 1",
    "cnn, 16, 1",
    "mlp, 12, 3",
    "resnet20, 16, 3",
    "resnet18, 64, 3",
  })
  void anArchitectureTakesTheSameStep(String name, int size, int channels) {
    new Agreement(network(name, size, channels), Engines.named("torch"))
        .holdsForOneStep(TOLERANCE, ONE_BEND);
  }

  @ParameterizedTest
  @CsvSource({"lenet, 28, 1", "cnn, 16, 1", "mlp, 12, 3", "resnet20, 16, 3"})
  void withoutBendsTenStepsLeadToTheSameState(String name, int size, int channels) {
    new Agreement(SmoothTwin.of(network(name, size, channels)), Engines.named("torch"))
        .holdsForTenSteps(TOLERANCE);
  }

  /** It is deep: bends would multiply what rounding leaves (docs/engines.md). */
  @Test
  @EnabledIfEnvironmentVariable(named = "CI", matches = "true")
  void theDeepestOneTakesTheSameStepWithoutBends() {
    new Agreement(SmoothTwin.of(network("resnet50", 64, 3)), Engines.named("torch"), 4)
        .holdsForOneStep(TOLERANCE, 10 * TOLERANCE);
  }

  @Test
  void frozenLayersStayAsTheyAreOnBoth() {
    Network frozen = SmoothTwin.of(network("cnn", 16, 1)).freezeUntil("relu3");
    new Agreement(frozen, Engines.named("torch")).holdsForTenSteps(TOLERANCE);
  }

  @Test
  void aRunThatBeganOnNd4jGoesOnOnTorch() {
    Network network = SmoothTwin.of(network("cnn", 16, 1));
    Engine nd4j = Engines.named("nd4j");
    try (Replica before = nd4j.open(network, 1);
        Replica after = Engines.named("torch").open(network, 1)) {
      before.load(nd4j.initialState(network));
      for (int i = 0; i < 5; i++) {
        before.step(Agreement.minibatch(network, i), new StepPosition(i, 0, i));
      }
      after.load(before.state());
      for (int i = 5; i < 8; i++) {
        StepPosition position = new StepPosition(i, 0, i);
        double expected = before.step(Agreement.minibatch(network, i), position);
        assertThat(after.step(Agreement.minibatch(network, i), position))
            .isCloseTo(expected, Percentage.withPercentage(0.01));
      }
    }
  }

  static Network network(String name, int size, int channels) {
    ImageSpec images =
        new ImageSpec(
            size, size, channels, ResizePolicy.STRETCH, Normalization.unitRange(channels));
    TrainingRecipe recipe =
        new TrainingRecipe(
            new Optimizer.Nesterov(0.9),
            new LearningRateSchedule.Cosine(0, 0.1),
            0.01,
            20,
            1e-5,
            new GradientClipping.ByNorm(1),
            0,
            5);
    return Architectures.build(name, images, CLASSES, recipe);
  }
}
