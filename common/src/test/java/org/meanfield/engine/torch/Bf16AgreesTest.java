package org.meanfield.engine.torch;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.meanfield.engine.Engines;
import org.meanfield.model.SmoothTwin;

/** bfloat16 has 8 bits of mantissa: what it computes is near what 32 bits give, and no nearer. */
class Bf16AgreesTest {
  private static final double OUTPUTS = 0.03;
  private static final double CHANGE = 0.2;

  @ParameterizedTest
  @CsvSource({"lenet, 28, 1", "cnn, 16, 1", "mlp, 12, 3", "resnet20, 16, 3"})
  void anArchitectureTakesNearlyTheSameStep(String name, int size, int channels) {
    new Agreement(
            SmoothTwin.of(ArchitecturesAgreeTest.network(name, size, channels)),
            Engines.named("torch-bf16"))
        .holdsForOneStep(OUTPUTS, CHANGE);
  }

  @ParameterizedTest
  @CsvSource({"lenet, 28, 1", "cnn, 16, 1", "mlp, 12, 3", "resnet20, 16, 3"})
  void afterTenStepsTheWholeStateIsNear(String name, int size, int channels) {
    new Agreement(
            SmoothTwin.of(ArchitecturesAgreeTest.network(name, size, channels)),
            Engines.named("torch-bf16"))
        .holdsForTenSteps(OUTPUTS, CHANGE);
  }

  @Test
  void everyKindOfLayerRuns() {
    for (String name : LayerCases.names()) {
      new Agreement(LayerCases.network(name), Engines.named("torch-bf16"))
          .holdsForOneStep(0.1, 0.5);
    }
  }
}
