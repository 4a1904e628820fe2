package org.meanfield.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LearningRateScheduleTest {
  @Test
  void aConstantRateWarmsUpInEqualSteps() {
    assertThat(factors(new LearningRateSchedule.Constant(0.4), 10))
        .containsExactly(0.25, 0.5, 0.75, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0);
  }

  @Test
  void stepsHappenAtTheirFractionOfTheWholeTraining() {
    assertThat(factors(new LearningRateSchedule.Step(0, List.of(0.5, 0.75), 0.1), 8))
        .usingElementComparator((a, b) -> Math.abs(a - b) < 1e-12 ? 0 : Double.compare(a, b))
        .containsExactly(1.0, 1.0, 1.0, 1.0, 0.1, 0.1, 0.01, 0.01);
    LearningRateSchedule warm = new LearningRateSchedule.Step(0.2, List.of(0.5), 0.5);
    assertThat(warm.factor(49, 100)).isEqualTo(1);
    assertThat(warm.factor(50, 100)).isEqualTo(0.5);
  }

  @Test
  void theCosineFallsFromOneToItsFloor() {
    LearningRateSchedule schedule = new LearningRateSchedule.Cosine(0.2, 0.1);

    assertThat(schedule.factor(0, 100)).isEqualTo(1.0 / 20);
    assertThat(schedule.factor(20, 100)).isEqualTo(1);
    assertThat(schedule.factor(60, 100)).isCloseTo(0.55, within(1e-12));
    assertThat(schedule.factor(100, 100)).isCloseTo(0.1, within(1e-12));
    assertThat(schedule.factor(1000, 100)).isCloseTo(0.1, within(1e-12));
  }

  @Test
  void refusesWhatNoTrainingHas() {
    assertThatThrownBy(() -> new LearningRateSchedule.Constant(1))
        .hasMessageContaining("found 1.0");
    assertThatThrownBy(() -> new LearningRateSchedule.Step(0, List.of(0.5, 0.5), 0.1))
        .hasMessageContaining("rise");
    assertThatThrownBy(() -> new LearningRateSchedule.Cosine(0, 2)).hasMessageContaining("floor");
  }

  private static List<Double> factors(LearningRateSchedule schedule, int total) {
    return IntStream.range(0, total).mapToObj(i -> schedule.factor(i, total)).toList();
  }
}
