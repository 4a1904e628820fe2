package org.meanfield.jobs.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/** A file that somebody reads again and again while it is written. */
final class WatchedFile {
  private WatchedFile() {}

  /** Content that shows whether it is whole. */
  static byte[] filled(int value) {
    byte[] content = new byte[100_000];
    Arrays.fill(content, (byte) value);
    return content;
  }

  /** Replaces it so often; the reader must always find it, and find it whole. */
  static void writeWatched(Storage storage, String path, int times) throws Exception {
    storage.write(path, filled(0));
    AtomicBoolean writing = new AtomicBoolean(true);
    ExecutorService reader = Executors.newSingleThreadExecutor();
    try {
      Future<Integer> reads =
          reader.submit(
              () -> {
                int count = 0;
                while (writing.get()) {
                  assertThat(storage.exists(path)).isTrue();
                  byte[] seen = storage.read(path);
                  assertThat(seen).isEqualTo(filled(seen[0]));
                  count++;
                }
                return count;
              });
      for (int i = 0; i < times && !reads.isDone(); i++) {
        storage.write(path, filled(i % 100));
      }
      writing.set(false);
      assertThat(reads.get()).isPositive();
    } finally {
      reader.shutdownNow();
    }
  }
}
