package org.meanfield.jobs.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.jobs.serve.http.Metrics;
import org.meanfield.jobs.serve.model.BatchRule;
import org.meanfield.jobs.serve.model.CurrentModel;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.registry.PublishedVersion;

@Timeout(60)
class ModelFollowerTest {
  private final List<String> told = new ArrayList<>();
  @TempDir private Path registry;
  private final Storage storage = new Storage(new Configuration());
  private CurrentModel current;

  @BeforeEach
  void makeVersions() {
    current = new CurrentModel();
    TinyExports.write(TinyExports.export(registry, 1), 1);
    TinyExports.write(TinyExports.export(registry, 2), 2);
  }

  @AfterEach
  void close() {
    current.close();
  }

  @Test
  void aRegistryWithoutAChampionIsWaitedFor() {
    try (ModelFollower follower = follower(FollowedVersion.CHAMPION)) {
      follower.look();
      assertThat(current.lease()).isEmpty();
      TinyExports.crown(registry, 1, 2);
      follower.look();
      assertThat(version()).isEqualTo("2");
      follower.look();
      assertThat(told).hasSize(1);
      assertThat(told.get(0)).startsWith("Serving version 2: tiny with 3 classes");
    }
  }

  @Test
  void whatCannotBeOpenedLeavesTheVersionBeforeInPlace() throws IOException {
    try (ModelFollower follower = follower(FollowedVersion.CHAMPION)) {
      TinyExports.crown(registry, 1, 1);
      follower.look();
      Path onnx = TinyExports.export(registry, 2).resolve("model.onnx");
      byte[] whole = Files.readAllBytes(onnx);
      Files.write(onnx, new byte[] {1, 2, 3});
      TinyExports.crown(registry, 2, 2);
      assertThatThrownBy(follower::look).isInstanceOf(CorruptArtifactException.class);
      assertThat(version()).isEqualTo("1");
      Files.write(onnx, whole);
      follower.look();
      assertThat(version()).isEqualTo("2");
    }
  }

  @Test
  void anAliasIsFollowedInsteadOfTheChampion() {
    try (ModelFollower follower = follower("canary")) {
      TinyExports.crown(registry, 1, 2);
      follower.look();
      assertThat(version()).isEqualTo("1");
    }
    try (ModelFollower follower = follower("nobody")) {
      follower.look();
      assertThat(told).hasSize(1);
    }
  }

  @Test
  void aServingFolderIsFollowedAsARegistryIs() throws IOException {
    Path serving = registry.resolve("serving");
    TinyExports.write(serving.resolve("1"), 1);
    TinyExports.write(serving.resolve("2"), 2);
    try (ModelFollower follower = follower(new PublishedFolder(storage, serving.toString()))) {
      follower.look();
      assertThat(current.lease()).as("nothing is published yet").isEmpty();
      publish(serving, 2);
      follower.look();
      assertThat(version()).isEqualTo("2");
      publish(serving, 1);
      follower.look();
      assertThat(version()).as("a rollback").isEqualTo("1");
      Files.writeString(serving.resolve(PublishedVersion.FILE), "{}");
      assertThatThrownBy(follower::look)
          .isInstanceOf(CorruptArtifactException.class)
          .hasMessageContaining("current.json");
      assertThat(version()).isEqualTo("1");
    }
  }

  private static void publish(Path serving, int version) throws IOException {
    Files.writeString(
        serving.resolve(PublishedVersion.FILE), new PublishedVersion(version, "m", 1).toJson());
  }

  @Test
  void aThreadOfItsOwnLooksAgain() {
    try (ModelFollower follower = follower(FollowedVersion.CHAMPION)) {
      TinyExports.crown(registry, 1, 1);
      follower.look();
      follower.start(Duration.ofMillis(10));
      TinyExports.crown(registry, 2, 2);
      while (!version().equals("2")) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void whateverALookFailsWithTheNextOneFollows() {
    TinyExports.crown(registry, 1, 1);
    ModelSource champion =
        new FollowedVersion(storage, registry.toString(), FollowedVersion.CHAMPION);
    AtomicInteger looks = new AtomicInteger();
    ModelSource failing =
        () -> {
          if (looks.incrementAndGet() == 2) {
            throw new OutOfMemoryError("as of a model that is too large");
          }
          return champion.wanted();
        };
    try (ModelFollower follower = follower(failing)) {
      follower.look();
      follower.start(Duration.ofMillis(10));
      TinyExports.crown(registry, 2, 2);
      while (!version().equals("2")) {
        Thread.onSpinWait();
      }
    }
  }

  private ModelFollower follower(String name) {
    return follower(new FollowedVersion(storage, registry.toString(), name));
  }

  private ModelFollower follower(ModelSource source) {
    return new ModelFollower(
        source, storage, current, new BatchRule(1, 4, Duration.ZERO), new Metrics(), told::add);
  }

  private String version() {
    try (CurrentModel.Lease lease = current.lease().orElseThrow()) {
      return lease.model().version();
    }
  }
}
