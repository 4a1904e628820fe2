package org.meanfield.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.meanfield.engine.nd4j.TinyNetworks;
import org.nd4j.linalg.learning.config.Sgd;

/** Two epochs of ten rounds each. */
class LoopIntervalsTest {
  private final TrainingPlan plan =
      TinyRuns.planOf(TinyNetworks.dense(new Sgd(0.1)), List.of(10, 10), 2, 1, 1);

  @Test
  void aStretchEndsWithItsEpochAndKeepsTheStatesOfCheckpointsOnTheWay() {
    LoopIntervals intervals = new LoopIntervals(4, 1, 2);
    Stretch first = intervals.stretch(plan, TrainingClock.START);
    assertThat(first.rounds())
        .extracting(Round::number)
        .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    assertThat(first.kept()).containsExactlyInAnyOrder(3, 7);
    assertThat(first.keeps(first.rounds().get(3))).isTrue();
    assertThat(first.keeps(first.rounds().get(9))).as("which is given back").isFalse();

    Stretch second = intervals.stretch(plan, after(first));
    assertThat(second.rounds()).extracting(Round::number).startsWith(10).endsWith(19);
    assertThat(second.kept())
        .as("counted from the start of training")
        .containsExactlyInAnyOrder(11, 15);
    assertThat(second.from(3).rounds()).isEqualTo(second.rounds().subList(3, 10));
    assertThat(second.from(3).kept()).contains(15);
  }

  @Test
  void aLongEpochIsCutAtTheCheckpointAfterTheLongestStretch() {
    LoopIntervals intervals = new LoopIntervals(4, 1, 2, 5);
    Stretch first = intervals.stretch(plan, TrainingClock.START);
    assertThat(first.rounds()).hasSize(8);
    assertThat(first.kept()).containsExactly(3);
    assertThat(intervals.stretch(plan, after(first)).rounds()).hasSize(2);
  }

  @Test
  void oneRoundAtATimeKeepsNothingOnTheWay() {
    Stretch one = new LoopIntervals(1, 0, 2, 1).stretch(plan, TrainingClock.START);
    assertThat(one.rounds()).hasSize(1);
    assertThat(one.kept()).isEmpty();
  }

  private TrainingClock after(Stretch stretch) {
    TrainingClock clock = TrainingClock.START;
    for (Round round : stretch.rounds()) {
      clock = plan.after(round, clock, 0);
    }
    return clock;
  }
}
