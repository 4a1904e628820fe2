package org.meanfield.jobs.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.error.ConflictException;

class StorageTest {
  private final Storage storage = new Storage(new Configuration());

  @TempDir Path folder;

  @Test
  void aReaderSeesTheOldFileOrTheNewOneAndNeverNone() throws Exception {
    String path = folder.resolve("journal.jsonl").toString();
    storage.write(path, filled(0));
    AtomicBoolean writing = new AtomicBoolean(true);
    ExecutorService reader = Executors.newSingleThreadExecutor();
    try {
      Future<Integer> reads =
          reader.submit(
              () -> {
                int count = 0;
                while (writing.get()) {
                  byte[] seen = storage.read(path);
                  assertThat(seen).isEqualTo(filled(seen[0]));
                  count++;
                }
                return count;
              });
      for (int i = 0; i < 300 && !reads.isDone(); i++) {
        storage.write(path, filled(i % 100));
      }
      writing.set(false);
      assertThat(reads.get()).isPositive();
    } finally {
      reader.shutdownNow();
    }
    assertThat(storage.list(folder.toString())).containsExactly("journal.jsonl");
  }

  @Test
  void aChecksumFileOfAnotherWriterDoesNotOutliveTheContent() throws Exception {
    Path file = folder.resolve("run.json");
    try (var out =
        new org.apache.hadoop.fs.Path(file.toUri())
            .getFileSystem(new Configuration())
            .create(new org.apache.hadoop.fs.Path(file.toUri()))) {
      out.write(filled(1));
    }
    assertThat(folder.resolve(".run.json.crc")).exists();

    storage.write(file.toString(), filled(2));

    assertThat(storage.read(file.toString())).isEqualTo(filled(2));
    assertThat(folder.resolve(".run.json.crc")).doesNotExist();
  }

  @Test
  void aFailedWriteLeavesTheOldFileAndNothingElse() throws Exception {
    Path target = Files.createDirectories(folder.resolve("in-the-way/full")).getParent();

    assertThatThrownBy(() -> storage.write(target.toString(), filled(1)))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("in-the-way");

    assertThat(target.resolve("full")).isDirectory();
    assertThat(storage.list(folder.toString())).containsExactly("in-the-way");
  }

  @Test
  void aMoveOntoSomethingIsAConflictAndAMoveOfNothingIsNot() {
    storage.writeText(folder.resolve("a").toString(), "a");
    storage.writeText(folder.resolve("b").toString(), "b");

    assertThatThrownBy(
            () -> storage.rename(folder.resolve("a").toString(), folder.resolve("b").toString()))
        .isInstanceOf(ConflictException.class);
    assertThatThrownBy(
            () -> storage.rename(folder.resolve("none").toString(), folder.resolve("c").toString()))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("none");
  }

  private static byte[] filled(int value) {
    byte[] content = new byte[100_000];
    Arrays.fill(content, (byte) value);
    return content;
  }
}
