package org.meanfield.jobs.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.error.ConflictException;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.error.DataException;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.registry.HistoryEntry;
import org.meanfield.registry.MinimumAccuracy;
import org.meanfield.registry.ModelVersion;
import org.meanfield.registry.NonInferiority;
import org.meanfield.registry.Overruling;
import org.meanfield.registry.PromotionPolicy;

class ModelRegistryTest {
  private static final PromotionPolicy GATE =
      new PromotionPolicy(List.of(new MinimumAccuracy(0.8), new NonInferiority(0.01, 0.05)));
  private static final Instant NOW = Instant.parse("2026-03-01T04:00:00Z");

  @TempDir Path folder;

  @Test
  void aVersionHoldsModelExportEvaluationAndLineage() throws Exception {
    TinyRuns runs = new TinyRuns(folder);
    ModelVersion version = registry("ada").register(runs.run(1, 10)).version();
    assertThat(version.number()).isEqualTo(1);
    assertThat(version.files().keySet())
        .containsExactly(
            "claim.json",
            "evaluation/evaluation.json",
            "evaluation/predictions.csv",
            "evaluation/report.html",
            "export/bundle.json",
            "export/labels.txt",
            "export/model.onnx",
            "export/model.zip",
            "export/network.json",
            "lineage/run.json",
            "model/network.json",
            "model/state.bin",
            "model/training.json");
    assertThat(version.evaluation().accuracy()).isEqualTo(0.9);
    assertThat(version.codeVersion()).isEqualTo("0.1.0 (commit abc)");
    assertThat(version.created()).isEqualTo(NOW.toString());
    assertThat(version.by()).isEqualTo("ada");
    assertThat(version.export().bytes())
        .isEqualTo(Files.size(folder.resolve("registry/versions/1/export/model.zip")));
    assertThat(registry("bob").version("latest")).isEqualTo(version);
    assertThat(registry("bob").damage(Optional.empty())).isEmpty();
  }

  @Test
  void theSameFilesAreOneVersionAndOtherWeightsAreRefused() throws Exception {
    TinyRuns runs = new TinyRuns(folder);
    ModelRegistry registry = registry("ada");
    registry.register(runs.run(1, 10));
    Registered again = registry("bob").register(runs.run(1, 10));
    assertThat(again.origin()).isEqualTo(Registered.Origin.KNOWN);
    assertThat(again.version().number()).isEqualTo(1);
    Registration mixed =
        new Registration(
            runs.run(1, 10).run(),
            runs.run(2, 10).export(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    assertThatThrownBy(() -> registry.register(mixed))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("export-2");
    Files.delete(folder.resolve("run-2/model/training.json"));
    assertThatThrownBy(() -> registry.register(runs.run(2, 10)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no finished run");
    assertThat(registry.versions()).hasSize(1);
  }

  @Test
  void aRefusedChallengerStaysAndAnOverrideIsRemembered() {
    TinyRuns runs = new TinyRuns(folder);
    ModelRegistry registry = registry("ada");
    promote(registry, runs.run(1, 10));
    int worse = registry.register(runs.run(2, 15)).version().number();
    Judgement refused = registry.judge(worse, GATE);
    assertThat(refused.decision().id()).isEqualTo("keep-champion");
    registry.commit(refused, "nightly");
    assertThat(registry.state().champion()).contains(1);
    assertThat(registry.versions()).hasSize(2);
    Judgement forced =
        new Judgement(
            worse,
            refused.champion(),
            refused.decision().overruledBy(new Overruling("ada", "old one leaks")));
    registry.commit(forced, "by hand");
    assertThat(registry.state().champion()).contains(2);
    List<HistoryEntry> history = registry("bob").history();
    assertThat(history)
        .extracting(HistoryEntry::kind)
        .containsExactly(
            HistoryEntry.Kind.PROMOTE, HistoryEntry.Kind.REFUSE, HistoryEntry.Kind.PROMOTE);
    assertThat(history.get(2).overruling().reason()).isEqualTo("old one leaks");
    assertThat(history.get(1).findings())
        .anySatisfy(
            finding -> {
              assertThat(finding.criterion()).isEqualTo("non-inferiority");
              assertThat(finding.number()).isLessThan(-0.01);
              assertThat(finding.explanation()).contains("only the champion on 30");
            });
  }

  @Test
  void rollbackGoesBackOneChampionAtATime() {
    TinyRuns runs = new TinyRuns(folder);
    ModelRegistry registry = registry("ada");
    for (int seed = 1; seed <= 3; seed++) {
      promote(registry, runs.run(seed, 10 - seed));
    }
    assertThat(registry.rollback(Optional.empty(), "too slow").to()).isEqualTo(2);
    assertThat(registry.rollback(Optional.empty(), "still").to()).isEqualTo(1);
    assertThatThrownBy(() -> registry.rollback(Optional.empty(), "again"))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("no earlier champion");
    assertThatThrownBy(() -> registry.rollback(Optional.of(3), "forwards"))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("promote it instead");
    assertThat(registry.version("champion").number()).isEqualTo(1);
  }

  @Test
  void garbageIsWhatNothingPointsToAndItsNumberIsNotGivenAgain() {
    TinyRuns runs = new TinyRuns(folder);
    ModelRegistry registry = registry("ada");
    for (int seed = 1; seed <= 6; seed++) {
      registry.register(runs.run(seed, 5));
    }
    registry.alias("staging", Optional.of(1), "");
    commit(registry, 2);
    commit(registry, 3);
    assertThat(registry.collectGarbage(1, "full disk")).containsExactly(4, 5);
    assertThat(registry.versions()).extracting(ModelVersion::number).containsExactly(1, 2, 3, 6);
    assertThat(registry.collectGarbage(0, "")).containsExactly(6);
    assertThat(registry.collectGarbage(0, "")).isEmpty();
    assertThat(registry.register(runs.run(7, 5)).version().number()).isEqualTo(7);
    assertThatThrownBy(() -> registry.version("4"))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("given up");
    assertThat(registry.rollback(Optional.empty(), "").to()).isEqualTo(2);
    registry.alias("staging", Optional.empty(), "");
    assertThat(registry.collectGarbage(0, "")).contains(1);
  }

  @Test
  void anAbandonedClaimIsClearedAfterADay() throws Exception {
    TinyRuns runs = new TinyRuns(folder);
    registry("ada").register(runs.run(1, 5));
    Files.delete(folder.resolve("registry/versions/1/version.json"));
    assertThat(registry("ada").unfinished()).containsExactly(1);
    assertThat(registry("ada").versions()).isEmpty();
    assertThat(registry("ada").collectGarbage(5, "")).isEmpty();
    ModelRegistry tomorrow = registry("ada", NOW.plus(Duration.ofHours(25)));
    assertThat(tomorrow.collectGarbage(5, "")).containsExactly(1);
    assertThat(tomorrow.register(runs.run(1, 5)).version().number()).isEqualTo(2);
  }

  @Test
  void whoDecidedAgainstAnOldChampionLosesAndLearnsWhoWon() {
    TinyRuns runs = new TinyRuns(folder);
    ModelRegistry ada = registry("ada");
    ModelRegistry bob = registry("bob");
    promote(ada, runs.run(1, 10));
    Judgement first = ada.judge(ada.register(runs.run(2, 8)).version().number(), GATE);
    Judgement second = bob.judge(bob.register(runs.run(3, 8)).version().number(), GATE);
    bob.alias("canary", Optional.of(3), "in between, and no obstacle");
    ada.commit(first, "");
    assertThatThrownBy(() -> bob.commit(second, ""))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("ada made version 2 the champion")
        .extracting(e -> ((ConflictException) e).exitCode())
        .isEqualTo(6);
    assertThat(bob.state().champion()).contains(2);
    assertThat(bob.state().aliases()).containsEntry("canary", 3);
  }

  @Test
  void ofPromotersThatRaceExactlyOneWins() throws Exception {
    TinyRuns runs = new TinyRuns(folder);
    int racers = 4;
    ModelRegistry setup = registry("setup");
    promote(setup, runs.run(100, 9));
    for (int i = 0; i < racers; i++) {
      setup.register(runs.run(101 + i, 9));
    }
    ExecutorService threads = Executors.newFixedThreadPool(racers);
    try {
      for (int round = 0; round < 8; round++) {
        int champion = setup.state().champion().orElseThrow();
        CyclicBarrier start = new CyclicBarrier(champion == 1 ? racers : racers - 1);
        List<Callable<Boolean>> promoters = new ArrayList<>();
        int before = setup.state().generation();
        for (int i = 0; i < racers; i++) {
          if (2 + i == champion) {
            continue;
          }
          // A registry and a storage of its own, as another process has.
          ModelRegistry own = registry("racer " + i);
          Judgement judgement = own.judge(2 + i, new PromotionPolicy(List.of()));
          promoters.add(
              () -> {
                start.await();
                try {
                  own.commit(judgement, "race");
                  return true;
                } catch (ConflictException e) {
                  assertThat(e).hasMessageContaining("racer");
                  return false;
                }
              });
        }
        int winners = 0;
        for (Future<Boolean> promoter : threads.invokeAll(promoters)) {
          winners += promoter.get() ? 1 : 0;
        }
        assertThat(winners).isEqualTo(1);
        assertThat(setup.state().generation()).isEqualTo(before + 1);
        assertThat(setup.damage(Optional.empty())).isEmpty();
        assertThat(Files.readString(folder.resolve("registry/champion.json")))
            .isEqualTo(setup.state().toJson());
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aDamagedVersionIsNeverPromoted() throws Exception {
    TinyRuns runs = new TinyRuns(folder);
    ModelRegistry registry = registry("ada");
    registry.register(runs.run(1, 5));
    Path state = folder.resolve("registry/versions/1/model/state.bin");
    byte[] content = Files.readAllBytes(state);
    content[content.length / 2] ^= 1;
    Files.write(state, content);
    assertThatThrownBy(() -> registry.judge(1, GATE))
        .isInstanceOf(CorruptArtifactException.class)
        .hasMessageContaining("model/state.bin was altered");
  }

  private void promote(ModelRegistry registry, Registration registration) {
    commit(registry, registry.register(registration).version().number());
  }

  private static void commit(ModelRegistry registry, int number) {
    Judgement judgement = registry.judge(number, GATE);
    assertThat(judgement.decision().promotes()).as("%s", judgement.decision().lines()).isTrue();
    registry.commit(judgement, "");
  }

  private ModelRegistry registry(String by) {
    return registry(by, NOW);
  }

  private ModelRegistry registry(String by, Instant now) {
    return new ModelRegistry(
        new Storage(new Configuration()),
        folder.resolve("registry").toString(),
        by,
        Clock.fixed(now, ZoneOffset.UTC));
  }
}
