package org.meanfield.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.engine.Engine;
import org.meanfield.engine.Engines;
import org.meanfield.engine.nd4j.TinyNetworks;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.error.DivergedException;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;

class ResumeTest {
  @TempDir Path folder;
  private final Engine engine = Engines.named("nd4j");
  private List<PackedExamples> shards;
  private TrainingPlan plan;

  @BeforeEach
  void prepare() {
    shards = TinyRuns.shards(folder, 40, 33);
    plan = TinyRuns.plan(TinyNetworks.convolutional(new Adam(0.01), 0.5), shards, 3, 8, 2);
  }

  @Test
  void aRunStoppedAfterAnyRoundEndsWithTheSameBits() {
    Checkpoint undisturbed = TinyRuns.train(plan, shards, artifacts("undisturbed"));
    assertThat(undisturbed.clock().round()).isEqualTo(9);
    for (int dies = 1; dies < 9; dies += 3) {
      ArtifactStore artifacts = artifacts("dies-" + dies);
      int last = dies;
      assertThatThrownBy(
              () ->
                  runFrom(
                      Checkpoint.initial(plan.digest(), engine.initialState(plan.network())),
                      artifacts,
                      last))
          .hasMessage("killed");
      Checkpoint found =
          new CheckpointStore(artifacts, 2)
              .newest(plan.digest())
              .orElse(Checkpoint.initial(plan.digest(), engine.initialState(plan.network())));
      assertThat(found.clock().round()).isBetween(dies - 2, dies);
      assertThat(runFrom(found, artifacts, Integer.MAX_VALUE)).isEqualTo(undisturbed);
      assertThat(journalRounds(artifacts)).isEqualTo(journalRounds(artifacts("undisturbed")));
    }
  }

  @Test
  void theNewestWholeCheckpointWins() throws Exception {
    ArtifactStore artifacts = artifacts("damaged");
    TinyRuns.train(plan, shards, artifacts);
    CheckpointStore store = new CheckpointStore(artifacts, 2);
    int newest = store.newest(plan.digest()).orElseThrow().clock().round();
    Path state = folder.resolve("damaged/checkpoints/round-%08d/state.bin".formatted(newest));
    byte[] bytes = Files.readAllBytes(state);
    bytes[bytes.length / 2] ^= 1;
    Files.write(state, bytes);
    assertThat(store.newest(plan.digest()).orElseThrow().clock().round()).isLessThan(newest);
    Files.write(state, Arrays.copyOf(bytes, 100));
    assertThat(store.newest(plan.digest()).orElseThrow().clock().round()).isLessThan(newest);
  }

  @Test
  void anAlteredManifestIsPassedOver() throws Exception {
    ArtifactStore artifacts = artifacts("altered");
    TinyRuns.train(plan, shards, artifacts);
    CheckpointStore store = new CheckpointStore(artifacts, 2);
    TrainingClock newest = store.newest(plan.digest()).orElseThrow().clock();
    Path manifest =
        folder.resolve("altered/checkpoints/round-%08d/checkpoint.json".formatted(newest.round()));
    String whole = Files.readString(manifest);
    for (String altered :
        List.of(
            whole.replace("\"iteration\":" + newest.iteration(), "\"iteration\":7"),
            whole.replace("\"clock\"", "\"clack\""),
            whole.substring(0, whole.length() / 2),
            "{}")) {
      assertThat(altered).isNotEqualTo(whole);
      Files.writeString(manifest, altered);
      assertThat(store.newest(plan.digest()).orElseThrow().clock().round())
          .isLessThan(newest.round());
    }
  }

  @Test
  void aCheckpointOfAnotherPlanIsRefused() {
    ArtifactStore artifacts = artifacts("other");
    TinyRuns.train(plan, shards, artifacts);
    TrainingPlan other = TinyRuns.plan(plan.network(), shards, 4, 8, 2);
    assertThatThrownBy(() -> new CheckpointStore(artifacts, 2).newest(other.digest()))
        .isInstanceOf(CorruptArtifactException.class)
        .hasMessageContaining("choose another output")
        .hasMessageContaining(other.digest());
  }

  @Test
  void onlyTheNewestAndTheBestCheckpointsStay() {
    ArtifactStore artifacts = artifacts("kept");
    saveEachRound(new CheckpointStore(artifacts, 2), 0.5, 0.9, 0.6, 0.7, 0.8);
    assertThat(artifacts.list("checkpoints"))
        .containsExactly("round-00000002", "round-00000004", "round-00000005");
  }

  @Test
  void theBestIsTheOneThatWasMeasured() {
    ArtifactStore artifacts = artifacts("measured");
    saveEachRound(new CheckpointStore(artifacts, 1), 0.5, 0.9, 0.9, 0.9, 0.8);
    assertThat(artifacts.list("checkpoints")).containsExactly("round-00000002", "round-00000005");
  }

  @Test
  void aDivergedReplicaIsNamedAndTheLastCheckpointStays() {
    TrainingPlan wild = TinyRuns.plan(TinyNetworks.dense(new Sgd(3e38)), shards, 3, 8, 2);
    ArtifactStore artifacts = artifacts("wild");
    assertThatThrownBy(() -> TinyRuns.train(wild, shards, artifacts))
        .isInstanceOf(DivergedException.class)
        .hasMessageContaining("Worker 0")
        .hasMessageContaining("round");
    for (String name : artifacts.list("checkpoints")) {
      assertThat(artifacts.read("checkpoints/" + name + "/checkpoint.json")).isPresent();
    }
  }

  /** A checkpoint after each round, from the first on, with the accuracy measured last. */
  private void saveEachRound(CheckpointStore store, double... accuracies) {
    Checkpoint start = Checkpoint.initial(plan.digest(), engine.initialState(plan.network()));
    for (int round = 1; round <= accuracies.length; round++) {
      TrainingClock clock = new TrainingClock(round, round, 0, round, round);
      store.save(
          new Checkpoint(
              plan.digest(), clock, start.state(), start.velocity(), accuracies[round - 1]));
    }
  }

  private Checkpoint runFrom(Checkpoint start, ArtifactStore artifacts, int dies) {
    try (RoundRunner runner =
        new DyingRunner(
            new SequentialRoundRunner(engine, plan, shards, WorkerTrainer.IdRecording.OFF), dies)) {
      RunJournal journal = RunJournal.at(start.clock(), artifacts, iteration -> 0.1);
      return TinyRuns.loop(plan, runner, artifacts, journal).run(start);
    }
  }

  private static List<Integer> journalRounds(ArtifactStore artifacts) {
    String text = new String(artifacts.read("journal.jsonl").orElseThrow(), StandardCharsets.UTF_8);
    Stream<String> rounds = text.lines().filter(line -> line.contains("\"kind\":\"round\""));
    return rounds
        .map(line -> Integer.valueOf(line.replaceAll(".*\"round\":(\\d+).*", "$1")))
        .toList();
  }

  private ArtifactStore artifacts(String name) {
    return new LocalArtifacts(folder.resolve(name));
  }

  /** Runs rounds until its hour has come. */
  private record DyingRunner(RoundRunner runner, int dies) implements RoundRunner {
    @Override
    public MergedState run(Stretch stretch, MergedState start, Consumer<MergedRound> told) {
      List<Round> lived = stretch.rounds().stream().filter(round -> round.number() < dies).toList();
      MergedState end =
          lived.isEmpty() ? start : runner.run(new Stretch(lived, stretch.kept()), start, told);
      if (lived.size() < stretch.rounds().size()) {
        throw new IllegalStateException("killed");
      }
      return end;
    }

    @Override
    public int parallelism() {
      return runner.parallelism();
    }

    @Override
    public void close() {
      runner.close();
    }
  }
}
