package org.meanfield.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;
import org.meanfield.train.MergedRound;
import org.meanfield.train.MergedState;
import org.meanfield.train.Round;
import org.meanfield.train.Stretch;
import org.meanfield.train.WorkerReport;
import org.meanfield.train.WorkerTime;

/** Five rounds of two tasks; the state after round 2 is wanted on the way. */
class SegmentReportsTest {
  private static final Stretch STRETCH =
      new Stretch(
          IntStream.range(0, 5).mapToObj(each -> new Round(each, 0, each, each, 1)).toList(),
          Set.of(2));

  private final List<MergedRound> told = new ArrayList<>();
  private final SegmentReports reports = new SegmentReports(STRETCH, told::add);

  @BeforeEach
  void twoTasksBegin() {
    reports.beginAttempt(0, 2);
  }

  @Test
  void holdsARoundBackUntilItsStateIsHere() {
    bothReport(0, 1, 2, 3);
    assertThat(numbers()).containsExactly(0, 1);
    reports.state(new WireState(3, state(7)));
    assertThat(numbers()).containsExactly(0, 1, 2, 3);
    assertThat(told.get(2).state()).contains(state(7));
    assertThat(told).filteredOn(round -> round.state().isPresent()).hasSize(1);
    bothReport(4);
    assertThat(numbers()).as("the last one waits for the end").hasSize(4);
    reports.finish();
    assertThat(numbers()).containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  void aTaskLostBeforeItReportedARoundLeavesTheStateOnTheWayToGoOnFrom() {
    bothReport(0, 1, 2);
    reports.state(new WireState(3, state(7)));
    reports.merged(merged(0, 3, 1)); // the other task merged it too, and died
    assertThat(reports.areWholeBefore(3)).isTrue();
    assertThat(reports.areWholeBefore(4)).isFalse();
    assertThat(reports.newestTold()).contains(new WireState(3, state(7)));
    reports.beginAttempt(3, 1);
    reports.merged(merged(0, 0, 1));
    reports.merged(merged(0, 1, 1));
    reports.finish();
    assertThat(numbers()).containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  void aStateLostWithItsTaskIsComputedAgain() {
    bothReport(0, 1, 2, 3);
    reports.state(new WireState(4, state(9))); // of a survivor, after a round that nobody keeps
    assertThat(reports.areWholeBefore(2)).isTrue();
    assertThat(reports.areWholeBefore(4)).isFalse();
    assertThat(reports.newestTold()).isEmpty();
    oneTaskRunsAllAgain();
    assertThat(numbers()).containsExactly(0, 1, 2, 3, 4);
    assertThat(told.get(2).state()).contains(state(7));
  }

  @Test
  void whereNothingFollowsAMissingStateHoldsNoReportBack() {
    bothReport(0, 1, 2, 3);
    reports.tellReportedBefore(4);
    assertThat(numbers()).containsExactly(0, 1, 2, 3);
  }

  @Test
  void roundsThatRunAgainAreNotToldAgain() {
    bothReport(0, 1);
    oneTaskRunsAllAgain();
    assertThat(numbers()).containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  void aRoundLastsAsLongAsItsTasksSayBetweenTheFirstAndTheLast() {
    for (int index = 0; index < 3; index++) {
      reports.merged(merged(0, index, 3));
      reports.merged(merged(1, index, 5));
    }
    assertThat(told.get(1).runSeconds()).isEqualTo(4);
  }

  @Test
  void refusesToTellWhatNobodyReported() {
    reports.merged(merged(0, 0, 1));
    assertThatThrownBy(reports::finish).hasMessageContaining("not all tasks reported");
  }

  private void oneTaskRunsAllAgain() {
    reports.beginAttempt(0, 1);
    for (int index = 0; index < 5; index++) {
      reports.merged(merged(0, index, 1));
    }
    reports.state(new WireState(3, state(7)));
    reports.finish();
  }

  private void bothReport(int... rounds) {
    for (int index : rounds) {
      reports.merged(merged(1, index, 1));
      reports.merged(merged(0, index, 1));
    }
  }

  private List<Integer> numbers() {
    return told.stream().map(round -> round.round().number()).toList();
  }

  private static Control.Merged merged(int task, int index, double seconds) {
    WorkerReport worker =
        new WorkerReport(task, 8, 0.5, new WorkerTime(seconds / 2, 0, 0), List.of());
    return new Control.Merged(task, index, seconds, seconds / 4, List.of(worker));
  }

  private static MergedState state(float value) {
    return new MergedState(
        new ModelState(FloatVector.wrap(new float[] {value}), FloatVector.empty()),
        FloatVector.empty());
  }
}
