package org.meanfield.jobs.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.registry.PromotionPolicy;

/** No byte of a registry changes unnoticed. */
class RegistryDamageTest {
  @TempDir Path folder;
  private ModelRegistry registry;
  private Path root;

  @BeforeEach
  void fill() {
    root = folder.resolve("registry");
    registry =
        new ModelRegistry(
            new Storage(new Configuration()),
            root.toString(),
            "ada",
            Clock.fixed(Instant.parse("2026-03-01T04:00:00Z"), ZoneOffset.UTC));
    TinyRuns runs = new TinyRuns(folder);
    for (int seed = 1; seed <= 2; seed++) {
      int number = registry.register(runs.run(seed, 5)).version().number();
      registry.commit(registry.judge(number, new PromotionPolicy(List.of())), "first, \u00e9");
    }
  }

  @Test
  void aFlippedBitInAnyFileIsFoundAndTheFileNamed() throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      List<Path> files = all.filter(Files::isRegularFile).toList();
      assertThat(files).hasSize(2 * 14 + 2 + 2);
      for (Path file : files) {
        byte[] content = Files.readAllBytes(file);
        for (int place : new int[] {0, content.length / 3, content.length - 1}) {
          assertNamed(file, content, place);
        }
      }
    }
    assertThat(registry.damage(Optional.empty())).isEmpty();
  }

  @Test
  void bytesAllOverManifestHistoryAndChampionCount() throws IOException {
    assertNamed("champion.json", 3);
    assertNamed("history/00000001.json", 7);
    assertNamed("versions/1/version.json", 23);
  }

  @Test
  void lostAddedAndShortenedFilesAreNamed() throws IOException {
    Path state = root.resolve("versions/2/model/state.bin");
    byte[] content = Files.readAllBytes(state);
    Files.delete(state);
    assertThat(registry.damage(Optional.of(2))).singleElement().asString().contains("is missing");
    assertThat(registry.damage(Optional.of(1))).isEmpty();
    Files.write(state, content);
    Path stranger = Files.writeString(root.resolve("versions/2/export/model.pb"), "x");
    assertThat(registry.damage(Optional.empty()))
        .singleElement()
        .asString()
        .contains("export/model.pb does not belong");
    Files.delete(stranger);
    Path view = root.resolve("history.jsonl");
    String lines = Files.readString(view);
    Files.writeString(view, lines.substring(0, lines.length() / 2));
    assertThat(registry.damage(Optional.empty()))
        .singleElement()
        .asString()
        .contains("history.jsonl");
    Files.writeString(view, lines.lines().findFirst().orElseThrow() + "\n");
    assertThat(registry.damage(Optional.empty())).as("late is not damaged").isEmpty();
    Files.delete(root.resolve("history/00000001.json"));
    assertThat(registry.damage(Optional.empty())).first().asString().contains("00000002.json");
  }

  @Test
  void aVersionThatTheHistoryKnowsIsMissedAndGoesInItsTurn() throws IOException {
    for (int seed = 3; seed <= 4; seed++) {
      int number = registry.register(new TinyRuns(folder).run(seed, 5)).version().number();
      registry.commit(registry.judge(number, new PromotionPolicy(List.of())), "next");
    }
    Files.delete(root.resolve("versions/1/version.json"));
    assertThat(registry.damage(Optional.empty()))
        .singleElement()
        .asString()
        .contains("versions/1 has lost its version.json");
    assertThat(registry.damage(Optional.of(1))).hasSize(1);
    assertThat(registry.damage(Optional.of(2))).isEmpty();
    ModelRegistry later =
        new ModelRegistry(
            new Storage(new Configuration()),
            root.toString(),
            "ada",
            Clock.fixed(Instant.parse("2026-03-09T04:00:00Z"), ZoneOffset.UTC));
    assertThat(later.collectGarbage(4, "old")).isEmpty();
    assertThat(later.unfinished()).isEmpty();
    assertThat(root.resolve("versions/1/model/state.bin")).exists();
    assertThat(later.collectGarbage(1, "old")).containsExactly(1, 2);
    assertThat(later.damage(Optional.empty())).isEmpty();
  }

  private void assertNamed(String name, int step) throws IOException {
    Path file = root.resolve(name);
    byte[] content = Files.readAllBytes(file);
    for (int place = 0; place < content.length; place += step) {
      assertNamed(file, content, place);
    }
  }

  private void assertNamed(Path file, byte[] content, int place) throws IOException {
    byte[] flipped = content.clone();
    flipped[place] ^= 1;
    Files.write(file, flipped);
    String name = root.relativize(file).toString();
    assertThat(registry.damage(Optional.empty()))
        .as("%s with byte %d flipped", name, place)
        .anySatisfy(line -> assertThat(line).contains(name));
    Files.write(file, content);
  }
}
