package org.meanfield.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Where the time of a round went, and what a person is told limits it. */
class TimeSharesTest {
  private static final Round ROUND = new Round(0, 0, 0, 0, 4);

  @Test
  void theLargestShareIsWhatLimits() {
    assertThat(new TimeShares(0.4, 0.3, 0.1, 0.1, 0.1).limit()).isEqualTo(Limit.COMPUTE);
    assertThat(new TimeShares(0.3, 0.4, 0.1, 0.1, 0.1).limit()).isEqualTo(Limit.DATA);
    assertThat(new TimeShares(0.2, 0.1, 0.4, 0.2, 0.1).limit()).isEqualTo(Limit.EXCHANGE);
    assertThat(new TimeShares(0.2, 0.1, 0.2, 0.4, 0.1).limit()).isEqualTo(Limit.WAITING);
    assertThat(new TimeShares(0.2, 0.1, 0.2, 0.1, 0.4).limit()).isEqualTo(Limit.SCHEDULING);
  }

  /** Two slots for 10 s run four workers, and the merge takes another 2 s of both. */
  @Test
  void theTimeOfAllSlotsIsAccountedFor() {
    TimeShares shares =
        TimeShares.of(
            round(
                10,
                2,
                3,
                worker(0, 3, 0.5, 0.1),
                worker(1, 2, 0.7, 0.2),
                worker(2, 4, 0.1, 0.3),
                worker(3, 3, 0.5, 0.2)),
            2);
    assertThat(shares.compute()).isCloseTo(12 / 24.0, within(1e-9));
    assertThat(shares.data()).isCloseTo(1.8 / 24, within(1e-9));
    assertThat(shares.exchange()).isCloseTo((0.8 + 4) / 24, within(1e-9));
    assertThat(shares.waiting()).isCloseTo(3 / 24.0, within(1e-9));
    assertThat(shares.scheduling()).isCloseTo((24 - 12 - 1.8 - 4.8 - 3) / 24, within(1e-9));
  }

  @Test
  void slotsWithoutAWorkerDoNotCount() {
    TimeShares shares = TimeShares.of(round(10, 0, 0, worker(0, 10, 0, 0)), 8);
    assertThat(shares).isEqualTo(new TimeShares(1, 0, 0, 0, 0));
  }

  @Test
  void severalRoundsWeighByTheirSeconds() {
    TimeShares slow = new TimeShares(1, 0, 0, 0, 0);
    TimeShares quick = new TimeShares(0, 1, 0, 0, 0);
    assertThat(slow.mean(9, quick, 3)).isEqualTo(new TimeShares(0.75, 0.25, 0, 0, 0));
  }

  private static MergedRound round(
      double seconds, double merge, double waiting, WorkerReport... workers) {
    return new MergedRound(ROUND, List.of(workers), seconds, merge, waiting, Optional.empty());
  }

  private static WorkerReport worker(int worker, double compute, double data, double exchange) {
    WorkerTime time = new WorkerTime(compute, data, exchange);
    return new WorkerReport(worker, 8, 0.5, time, List.of());
  }
}
