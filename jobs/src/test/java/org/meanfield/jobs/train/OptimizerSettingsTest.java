package org.meanfield.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.meanfield.config.Settings;
import org.meanfield.error.SettingsException;
import org.meanfield.model.GradientClipping;
import org.meanfield.model.LearningRateSchedule;
import org.meanfield.model.Optimizer;
import org.meanfield.model.TrainingRecipe;

class OptimizerSettingsTest {
  @Test
  void makesTheRecipeThatItDescribes() {
    OptimizerSettings settings =
        read(
            """
            optimizer {
              name = adamw, beta2 = 0.99, weight-decay = 0.01, clip-norm = 2
              schedule = step, step-at = [0.3, 0.6], step-factor = 0.5, warmup = 0.1
            }""");

    assertThat(settings.recipe(200, 0.25, 9))
        .isEqualTo(
            new TrainingRecipe(
                new Optimizer.AdamW(0.9, 0.99, 1e-8),
                new LearningRateSchedule.Step(0.1, List.of(0.3, 0.6), 0.5),
                0.001,
                200,
                0.01,
                new GradientClipping.ByNorm(2),
                0.25,
                9));
  }

  @Test
  void refusesWhatTheChosenOptimizerDoesNotUse() {
    assertThatThrownBy(
            () -> read("optimizer { name = adam, momentum = 0.5, clip-norm = 1, clip-value = 1 }"))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("'optimizer.momentum' is given, but optimizer.name = adam")
        .hasMessageContaining("exclude each other");
  }

  @Test
  void refusesStepsThatDoNotRise() {
    assertThatThrownBy(() -> read("optimizer { schedule = step, step-at = [0.6, 0.3] }"))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("rising fractions");
  }

  private static OptimizerSettings read(String hocon) {
    return OptimizerSettings.from(
        Settings.resolve(OptimizerSettings.declared(), ConfigFactory.parseString(hocon)));
  }
}
