package org.meanfield.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a run's rounds become windows. */
class RunRoundsTest {
  @TempDir Path run;

  @Test
  void windowsAreTheLastRoundsInEqualGroups() {
    // 11 rounds: 4 at least warm up, the 7 others make 3 windows of 2.
    RunRounds rounds = rounds(11, 0);
    assertThat(rounds.rates(3)).containsExactly(100 / 6.5, 100 / 8.5, 100 / 10.5);
  }

  @Test
  void timeBetweenRoundsCounts() {
    RunRounds rounds = rounds(2, 1);
    assertThat(rounds.rates(1)).containsExactly(100 / 2.5);
    assertThat(rounds.imagesPerSecond()).isEqualTo(200 / 4.0);
  }

  @Test
  void roundsOfAnotherLengthHaveNoPlaceInTheTimeOfARound() {
    List<RunRounds.MergedRound> all = new ArrayList<>(rounds(4, 0).rounds());
    all.add(new RunRounds.MergedRound(0, 3, 10, 100, 0));
    assertThat(new RunRounds(all, 200).secondsPerRound(1)).containsExactly((3 + 4) / 2.0);
  }

  @Test
  void roundsThatOpenAnEpochHaveNoPlaceInTheTimeOfARound() {
    List<RunRounds.MergedRound> all = new ArrayList<>(rounds(4, 0).rounds());
    all.add(new RunRounds.MergedRound(1, 16, 100, 50, 0));
    all.add(new RunRounds.MergedRound(1, 16, 100, 5, 0));
    assertThat(new RunRounds(all, 200).secondsPerRound(1)).containsExactly((3 + 4 + 5) / 3.0);
    assertThat(new RunRounds(all, 200).medianSeconds()).isEqualTo(4);
  }

  @Test
  void tooFewRoundsAreRefused() {
    assertThatThrownBy(() -> rounds(3, 0).rates(3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("too few");
  }

  @Test
  void theJournalIsReadWithoutItsValidations() throws IOException {
    Files.writeString(
        run.resolve("journal.jsonl"),
        """
        {"kind":"round","epoch":0,"iterations":16,"examples":2048,"seconds":2,"shares":{"compute":0.7,"data":0.1,"exchange":0.15,"waiting":0.02,"scheduling":0.03}}
        {"kind":"validation","round":0,"epoch":0,"accuracy":0.5}
        {"kind":"round","epoch":0,"iterations":16,"examples":2048,"seconds":2,"shares":{"compute":0.9,"data":0.0,"exchange":0.06,"waiting":0.01,"scheduling":0.03}}
        """);
    Files.writeString(run.resolve("result.json"), "{\"trainingSeconds\":5}");
    RunRounds rounds = RunRounds.read(run);
    assertThat(rounds.rounds()).hasSize(2);
    assertThat(rounds.overheads(1).get(0)).isCloseTo(10, org.assertj.core.data.Offset.offset(1e-9));
    assertThat(rounds.imagesPerSecond()).isEqualTo(4096 / 5.0);
  }

  /** Round i takes i seconds for 100 images. */
  private static RunRounds rounds(int count, double between) {
    List<RunRounds.MergedRound> rounds = new ArrayList<>();
    double seconds = between;
    for (int i = 1; i <= count; i++) {
      rounds.add(new RunRounds.MergedRound(0, 16, 100, i, 0));
      seconds += i;
    }
    return new RunRounds(rounds, seconds);
  }
}
