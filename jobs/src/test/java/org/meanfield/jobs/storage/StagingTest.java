package org.meanfield.jobs.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagingTest {
  @TempDir Path folder;
  private final Storage storage = new Storage(new Configuration());
  private final Clock clock = Clock.systemUTC();

  @Test
  void onlyWhatNobodyWroteToForADayIsCleared() throws IOException {
    Instant now = clock.instant();
    write("final/model.onnx", now.minus(Duration.ofDays(9)));
    write(".tmp-killed/model.onnx", now.minus(Duration.ofHours(25)));
    write(".tmp-working/triton/1/model.onnx", now.minus(Duration.ofHours(23)));
    write(".tmp-working/labels.txt", now.minus(Duration.ofDays(3)));
    String made = Staging.in(storage, folder.toString(), clock);
    assertThat(storage.exists(made)).isFalse();
    storage.writeText(made + "/labels.txt", "cat");
    assertThat(storage.list(folder.toString()))
        .hasSize(3)
        .contains("final", ".tmp-working")
        .doesNotContain(".tmp-killed");

    Staging.clear(storage, folder.toString());
    assertThat(storage.list(folder.toString())).containsExactly("final");
    assertThat(Staging.in(storage, folder + "/missing", clock)).startsWith(folder + "/missing/");
  }

  /** A file of that age, in folders of that age. */
  private void write(String name, Instant last) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "x");
    Path top = folder.resolve(folder.relativize(file).getName(0));
    try (Stream<Path> tree = Files.walk(top)) {
      List<Path> folders = tree.filter(Files::isDirectory).toList();
      for (Path each : folders) {
        Files.setLastModifiedTime(each, FileTime.from(last));
      }
    }
    Files.setLastModifiedTime(file, FileTime.from(last));
  }
}
