package org.meanfield.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told of a process that failed. */
class ChildJvmTest {
  @TempDir Path folder;

  @Test
  void theReasonIsTheUncaughtException() throws IOException {
    assertThat(
            lastWords(
                """
                starting
                Exception in thread "main" java.lang.IllegalStateException: no engine
                \tat org.meanfield.Some.method(Some.java:1)
                """))
        .isEqualTo("java.lang.IllegalStateException: no engine");
  }

  @Test
  void withoutOneItIsTheLastThreeLines() throws IOException {
    assertThat(lastWords("a line\ntrain: 1 problem:\n  - 'x' is not a known key\n\nsee --help\n"))
        .isEqualTo("train: 1 problem:; - 'x' is not a known key; see --help");
  }

  private String lastWords(String output) throws IOException {
    return ChildJvm.lastWords(Files.writeString(folder.resolve("log"), output));
  }
}
