package org.meanfield.jobs.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.error.LockHeldException;

/** One owner at a time, and a dead one does not hold it for ever. */
class FolderLockTest {
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
  private static final Duration EXPIRY = Duration.ofMinutes(10);

  private final Storage storage = new Storage(new Configuration());
  @TempDir Path folder;

  @Test
  void whoIsLateIsToldWhoHasIt() {
    try (FolderLock first = take("ada", NOON)) {
      assertThatThrownBy(() -> take("bob", NOON.plusSeconds(599)))
          .isInstanceOf(LockHeldException.class)
          .hasMessageContaining("ada since 2026-03-01T12:00:00Z")
          .hasMessageContaining("expires at 2026-03-01T12:10:00Z");
      first.requireHeld();
    }
    try (FolderLock second = take("bob", NOON.plusSeconds(1))) {
      second.requireHeld();
    }
    assertThat(storage.list(folder.toString())).noneMatch(name -> name.startsWith("00000001"));
  }

  @Test
  void aDeadOwnerLosesItAndNoticesWhenItWakes() {
    FolderLock dead = take("ada", NOON);
    try (FolderLock next = take("bob", NOON.plus(EXPIRY))) {
      next.requireHeld();
      assertThatThrownBy(dead::requireHeld)
          .isInstanceOf(LockHeldException.class)
          .hasMessageContaining("bob");
      dead.close();
      next.requireHeld();
      assertThatThrownBy(() -> take("eve", NOON.plus(EXPIRY)))
          .isInstanceOf(LockHeldException.class);
    }
  }

  @Test
  void aSignOfLifeKeepsIt() {
    try (FolderLock first = take("ada", NOON)) {
      new JsonFile<>(storage, folder + "/00000001.heartbeat", LockFiles.Heartbeat.class)
          .write(new LockFiles.Heartbeat(NOON.plusSeconds(500).toString()));
      assertThatThrownBy(() -> take("bob", NOON.plus(EXPIRY)))
          .isInstanceOf(LockHeldException.class);
      first.requireHeld();
    }
  }

  @Test
  void anOwnerThatEndedOnThisMachineIsNotWaitedFor() {
    RunningProcess own = RunningProcess.current().orElseThrow();
    RunningProcess ended =
        new RunningProcess(own.boot(), own.namespace(), own.pid(), own.startTicks() + 1);
    assertThat(own.fate()).isEqualTo(RunningProcess.Fate.RUNS);
    assertThat(ended.fate()).isEqualTo(RunningProcess.Fate.ENDED);
    RunningProcess elsewhere =
        new RunningProcess("another boot", own.namespace(), own.pid(), own.startTicks());
    assertThat(elsewhere.fate()).isEqualTo(RunningProcess.Fate.UNKNOWN);

    leave(elsewhere, null);
    assertThatThrownBy(() -> take("bob", NOON.plusSeconds(1)))
        .isInstanceOf(LockHeldException.class);
    leave(ended, null);
    try (FolderLock next = take("bob", NOON.plusSeconds(1))) {
      next.requireHeld();
    }
  }

  @Test
  void itIsTheOwnersExpiryThatCounts() {
    RunningProcess own = RunningProcess.current().orElseThrow();
    RunningProcess elsewhere =
        new RunningProcess("another boot", own.namespace(), own.pid(), own.startTicks());
    leave(elsewhere, Duration.ofHours(1).toMillis());
    assertThatThrownBy(() -> take("hasty bob", NOON.plus(EXPIRY).plusSeconds(1)))
        .isInstanceOf(LockHeldException.class)
        .hasMessageContaining("expires at 2026-03-01T13:00:00Z");
    leave(elsewhere, Duration.ofMinutes(1).toMillis());
    try (FolderLock next = take("patient bob", NOON.plusSeconds(61))) {
      next.requireHeld();
    }
  }

  /** An owner that wrote its file, and nothing since. */
  private void leave(RunningProcess process, Long expiryMillis) {
    storage.delete(folder.resolve("00000001.json").toString());
    new JsonFile<>(storage, folder + "/00000001.json", LockFiles.Owner.class)
        .write(new LockFiles.Owner("ada", NOON.toString(), process, "id", expiryMillis));
  }

  @Test
  void ofManyAtOnceOneGetsIt() throws Exception {
    int racers = 8;
    ExecutorService threads = Executors.newFixedThreadPool(racers);
    try {
      for (int round = 0; round < 20; round++) {
        Instant now = NOON.plus(EXPIRY.multipliedBy(round));
        CyclicBarrier start = new CyclicBarrier(racers);
        List<Future<FolderLock>> takers = new ArrayList<>();
        for (int i = 0; i < racers; i++) {
          String name = "racer " + i;
          Callable<FolderLock> taker =
              () -> {
                start.await();
                return take(name, now);
              };
          takers.add(threads.submit(taker));
        }
        // The winner is left to die: the next round takes it over after its expiry.
        assertThat(winners(takers)).as("round %d", round).isEqualTo(1);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static int winners(List<Future<FolderLock>> takers) throws InterruptedException {
    int winners = 0;
    for (Future<FolderLock> taker : takers) {
      try {
        taker.get().requireHeld();
        winners++;
      } catch (ExecutionException e) {
        assertThat(e).hasCauseInstanceOf(LockHeldException.class);
      }
    }
    return winners;
  }

  private FolderLock take(String owner, Instant now) {
    return FolderLock.acquire(
        storage, folder.toString(), owner, EXPIRY, Clock.fixed(now, ZoneOffset.UTC));
  }
}
