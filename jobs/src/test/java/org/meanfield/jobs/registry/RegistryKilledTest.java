package org.meanfield.jobs.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.registry.HistoryEntry.Kind;
import org.meanfield.registry.ModelVersion;
import org.meanfield.registry.PromotionPolicy;
import org.meanfield.registry.RegistryState;

/**
 * Killed before any change to the disk, a registry is whole, and the same commands end the same.
 */
class RegistryKilledTest {
  private static final PromotionPolicy OPEN = new PromotionPolicy(List.of());

  @TempDir Path folder;

  @AfterEach
  void letTheDiskBe() {
    StoppingFileSystem.neverStop();
  }

  @Test
  void killedAnywhereTheSameCommandsEndTheSame() {
    TinyRuns runs = new TinyRuns(folder);
    runs.run(1, 9);
    runs.run(2, 7);
    Map<String, Object> undisturbed = summary(story("undisturbed", runs));
    assertThat(undisturbed).containsEntry("generation", 5).containsEntry("versions", 1);
    int kills = 0;
    for (int changes = 0; ; changes++) {
      String root = "killed-" + changes;
      StoppingFileSystem.stopAfter(changes);
      boolean killed = false;
      try {
        story(root, runs);
      } catch (UncheckedIOException e) {
        assertThat(e).hasMessageContaining("killed before");
        killed = true;
      }
      StoppingFileSystem.neverStop();
      assertWhole(registry(root), "killed after " + changes + " changes");
      assertThat(summary(story(root, runs))).as("killed after %d", changes).isEqualTo(undisturbed);
      assertWhole(registry(root), "finished after a kill after " + changes + " changes");
      if (!killed) {
        break;
      }
      kills++;
    }
    assertThat(kills).as("changes that the story makes").isGreaterThan(45);
  }

  /** Each command as a scheduler would give it again: what is done is not done twice. */
  private ModelRegistry story(String root, TinyRuns runs) {
    ModelRegistry registry = registry(root);
    int first = registry.register(run(runs, 1, 9)).version().number();
    if (registry.state().champions().isEmpty()) {
      registry.commit(registry.judge(first, OPEN), "first");
    }
    if (done(registry, Kind.PROMOTE) < 2) {
      int second = registry.register(run(runs, 2, 7)).version().number();
      registry.commit(registry.judge(second, OPEN), "second");
    }
    registry.alias("canary", Optional.of(first), "");
    if (done(registry, Kind.ROLLBACK) == 0) {
      registry.rollback(Optional.empty(), "too slow");
    }
    registry.collectGarbage(0, "");
    return registry;
  }

  /** Without its export: fewer files, of which each is a moment to be killed at. */
  private static Registration run(TinyRuns runs, long seed, int wrongOfHundred) {
    return new Registration(
        runs.run(seed, wrongOfHundred).run(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static long done(ModelRegistry registry, Kind kind) {
    return registry.history().stream().filter(entry -> entry.kind() == kind).count();
  }

  private static Map<String, Object> summary(ModelRegistry registry) {
    RegistryState state = registry.state();
    Map<String, Object> summary = new TreeMap<>();
    summary.put("generation", state.generation());
    summary.put("champion", registry.version("champion").modelId());
    summary.put("canary", registry.version("canary").modelId());
    summary.put("versions", registry.versions().size());
    List<String> kinds = new ArrayList<>();
    registry.history().forEach(entry -> kinds.add(entry.kind().id()));
    summary.put("kinds", kinds);
    return summary;
  }

  private static void assertWhole(ModelRegistry registry, String when) {
    assertThat(registry.damage(Optional.empty())).as(when).isEmpty();
    for (ModelVersion version : registry.versions()) {
      assertThat(registry.damage(Optional.of(version.number()))).as(when).isEmpty();
    }
    registry
        .state()
        .champion()
        .ifPresent(
            number -> assertThat(registry.version("champion").number()).as(when).isEqualTo(number));
  }

  private ModelRegistry registry(String root) {
    return new ModelRegistry(
        new Storage(StoppingFileSystem.configuration()),
        StoppingFileSystem.SCHEME + "://" + folder.resolve(root),
        "ada",
        Clock.fixed(Instant.parse("2026-03-01T04:00:00Z"), ZoneOffset.UTC));
  }
}
