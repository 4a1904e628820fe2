package org.meanfield.jobs.retrain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.jobs.registry.StoppingFileSystem;
import org.meanfield.jobs.testing.LocalSpark;
import org.meanfield.registry.ModelVersion;

/**
 * Killed before every step, in the middle of each, and after each was committed, a retrain given
 * again ends as the one that nobody disturbed.
 */
class RetrainKilledTest {
  /** Changes to the disk that a step may make before it is killed in its middle. */
  private static final int CHANGES = 2;

  /** Steps that write nothing but that they are done. */
  private static final Set<String> READING = Set.of("validate", "smoke-test", "decide");

  private static final String[] OPTIONS = {
    "--run-id", "day-2", "--set", "retrain.max-failures=1000", "--by", "test",
  };

  @TempDir Path folder;

  @AfterEach
  void letTheDiskBe() {
    StoppingFileSystem.neverStop();
  }

  @Test
  void killedAnywhereTheSameCommandEndsTheSame() throws IOException {
    RetrainCommands undisturbed = new RetrainCommands(folder.resolve("undisturbed"));
    undisturbed.deliverWithTest("day-1", 0, 16);
    assertThat(undisturbed.run("--run-id", "day-1")).as(undisturbed.printed()).isZero();
    undisturbed.deliver("day-2", 16, 40);
    copy(folder.resolve("undisturbed"), folder.resolve("killed"));
    int expected = undisturbed.run(OPTIONS);
    assertThat(expected).as(undisturbed.printed()).isIn(0, 21);

    StoppingFileSystem.knownTo(LocalSpark.session());
    RetrainCommands killed =
        new RetrainCommands(folder.resolve("killed"), StoppingFileSystem.SCHEME + "://");
    Reaper reaper = new Reaper();
    Later clock = new Later();
    int code = -1;
    int attempts = 0;
    for (int changes : List.of(3, 12, 30)) {
      StoppingFileSystem.stopAfter(changes);
      assertThat(killed.run(Reaper.IDLE, clock.next(), OPTIONS)).as("in the look").isEqualTo(1);
      StoppingFileSystem.neverStop();
    }
    while (code != expected) {
      code = killed.run(reaper, clock.next(), OPTIONS);
      StoppingFileSystem.neverStop();
      assertThat(code).as(killed.printed()).isIn(1, expected);
      assertThat(++attempts).as(killed.printed()).isLessThan(50);
    }
    assertThat(reaper.killedBefore).hasSize(10);
    assertThat(reaper.killedAfter).hasSize(10);
    assertThat(reaper.killedIn).hasSize(10);
    assertThat(reaper.survived).as("steps that wrote too little to be killed in").isEmpty();
    assertThat(summary(killed)).isEqualTo(summary(undisturbed));
    assertThat(killed.registry().damage(Optional.empty())).isEmpty();
    assertThat(killed.run(OPTIONS)).isZero();
    assertThat(killed.result().get("status").asText()).isEqualTo("nothing-to-do");
  }

  private static Map<String, Object> summary(RetrainCommands commands) {
    Map<String, Object> summary = new TreeMap<>();
    ModelVersion newest = commands.registry().version("latest");
    summary.put("champion", commands.registry().version("champion").modelId());
    summary.put("challenger", newest.modelId());
    summary.put("trained on", newest.datasetDigest());
    summary.put("evaluation", newest.evaluation());
    List<String> history = new ArrayList<>();
    commands.registry().history().forEach(entry -> history.add(entry.kind().id()));
    summary.put("history", history);
    summary.put("decision", commands.result().get("decision"));
    return summary;
  }

  /** Kills once before, in and after each step. */
  private static final class Reaper implements Retraining.Watch {
    static final Retraining.Watch IDLE = RetrainCommands.UNDISTURBED;
    private final Set<String> killedBefore = new HashSet<>();
    private final Set<String> killedIn = new HashSet<>();
    private final Set<String> killedAfter = new HashSet<>();
    private final Set<String> survived = new HashSet<>();
    private Optional<String> dying = Optional.empty();

    @Override
    public void starts(String step) {
      dying = Optional.empty();
      if (killedBefore.add(step)) {
        throw new Killed("before " + step);
      }
      if (killedIn.add(step)) {
        dying = Optional.of(step);
        StoppingFileSystem.stopAfter(READING.contains(step) ? 0 : CHANGES);
      }
    }

    @Override
    public void committed(String step) {
      StoppingFileSystem.neverStop();
      dying.filter(step::equals).ifPresent(survived::add);
      if (killedAfter.add(step)) {
        throw new Killed("after " + step);
      }
    }
  }

  /** No exception that a program would handle: nothing runs after a kill. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;

    Killed(String when) {
      super("killed " + when);
    }
  }

  /** Each attempt comes when the lock of the one before has expired. */
  private static final class Later {
    private Instant now = Clock.systemUTC().instant();

    Clock next() {
      now = now.plus(Duration.ofMinutes(11));
      Instant start = now;
      long began = System.nanoTime();
      InstantSource running = () -> start.plusNanos(System.nanoTime() - began);
      return running.withZone(ZoneOffset.UTC);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> tree = Files.walk(from)) {
      for (Path path : tree.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }
}
