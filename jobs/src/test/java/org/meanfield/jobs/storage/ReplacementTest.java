package org.meanfield.jobs.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are replaced where no rename replaces one. */
class ReplacementTest {
  @TempDir Path folder;

  @AfterEach
  void neverStop() {
    InSteps.LEFT.set(Integer.MAX_VALUE);
  }

  @Test
  void killedAnywhereTheOldFileOrTheNewOneIsReadAndTheNextWriteEndsWell() {
    Storage storage = inSteps();
    String path = "steps://" + folder.resolve("champion.json");
    int kills = 0;
    for (int changes = 0; ; changes++) {
      storage.writeText(path, "one");
      InSteps.LEFT.set(changes);
      boolean killed = isKilled(storage, path);
      neverStop();
      assertThat(storage.exists(path)).isTrue();
      assertThat(storage.readText(path)).isIn(killed ? List.of("one", "two") : List.of("two"));
      assertThat(storage.size(path)).contains(3L);
      storage.writeText(path, "three");
      assertThat(storage.readText(path)).isEqualTo("three");
      assertThat(folder.resolve(".champion.json.before")).doesNotExist();
      if (!killed) {
        break;
      }
      kills++;
    }
    assertThat(kills).as("aside, in its place, cleared").isGreaterThanOrEqualTo(3);
  }

  private static boolean isKilled(Storage storage, String path) {
    try {
      storage.writeText(path, "two");
      return false;
    } catch (UncheckedIOException e) {
      assertThat(e).hasMessageContaining("killed");
      return true;
    }
  }

  @Test
  void whatWasDeletedDoesNotComeBack() throws IOException {
    Storage storage = inSteps();
    String path = "steps://" + folder.resolve("note.json");
    storage.writeText(path, "one");
    Files.move(folder.resolve("note.json"), folder.resolve(".note.json.before"));
    assertThat(storage.readText(path)).isEqualTo("one");
    storage.delete(path);
    assertThat(storage.exists(path)).isFalse();
    assertThat(storage.size(path)).isEmpty();
    assertThatThrownBy(() -> storage.readText(path))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("note.json");
  }

  @Test
  void aReaderNeverFindsNone() throws Exception {
    Storage storage = inSteps();
    String path = "steps://" + folder.resolve("journal.jsonl");
    WatchedFile.writeWatched(storage, path, 60);
  }

  @Test
  void ofSeveralWritersEachEndsWell() throws Exception {
    Storage storage = inSteps();
    String path = "steps://" + folder.resolve("history.jsonl");
    ExecutorService writers = Executors.newFixedThreadPool(2);
    try {
      List<Future<?>> all =
          List.of(1, 2).stream()
              .<Future<?>>map(
                  writer ->
                      writers.submit(
                          () -> {
                            for (int i = 0; i < 20; i++) {
                              storage.write(path, WatchedFile.filled(writer));
                            }
                          }))
              .toList();
      for (Future<?> each : all) {
        each.get();
      }
    } finally {
      writers.shutdownNow();
    }
    assertThat(storage.read(path)[0]).isIn((byte) 1, (byte) 2);
  }

  @Test
  void aViewWritesWhereTheFileReallyIs() throws IOException {
    Configuration configuration = new Configuration();
    configuration.set("fs.viewfs.mounttable.test.link./data", folder.toUri().toString());
    Storage storage = new Storage(configuration);
    String path = "viewfs://test/data/registry/champion.json";
    assertThat(storage.createNew(path, WatchedFile.filled(1))).isTrue();
    assertThat(storage.createNew(path, WatchedFile.filled(2))).isFalse();
    storage.writeText(path, "one");
    storage.writeText(path, "two");
    assertThat(storage.readText(path)).isEqualTo("two");
    assertThat(storage.list("viewfs://test/data/registry")).containsExactly("champion.json");
    assertThat(Files.readString(folder.resolve("registry/champion.json"))).isEqualTo("two");
  }

  private static Storage inSteps() {
    Configuration configuration = new Configuration();
    configuration.set("fs.steps.impl", InSteps.class.getName());
    return new Storage(configuration);
  }

  /** Files whose rename refuses a target that is there, as on ABFS; it can be killed. */
  public static final class InSteps extends FilterFileSystem {
    static final AtomicInteger LEFT = new AtomicInteger(Integer.MAX_VALUE);

    /** On the local disk. */
    public InSteps() {
      super(
          new RawLocalFileSystem() {
            @Override
            public URI getUri() {
              return URI.create("steps:///");
            }
          });
    }

    @Override
    public synchronized boolean rename(org.apache.hadoop.fs.Path from, org.apache.hadoop.fs.Path to)
        throws IOException {
      change("rename " + from);
      return fs.exists(from) && !fs.exists(to) && fs.rename(from, to);
    }

    @Override
    public synchronized boolean delete(org.apache.hadoop.fs.Path path, boolean recursive)
        throws IOException {
      change("delete " + path);
      return super.delete(path, recursive);
    }

    private static void change(String what) throws IOException {
      if (LEFT.get() != Integer.MAX_VALUE && LEFT.getAndDecrement() <= 0) {
        LEFT.set(0);
        throw new IOException("killed before: " + what);
      }
    }
  }
}
