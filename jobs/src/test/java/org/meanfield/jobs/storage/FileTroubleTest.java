package org.meanfield.jobs.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import org.apache.hadoop.security.AccessControlException;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;

class FileTroubleTest {
  @Test
  void whatAFileSystemRefusesIsToldWithThePathAndWhatToDo() {
    assertThat(FileTrouble.in(ours("/runs/1", new IOException("No space left on device"))))
        .hasValueSatisfying(
            line -> assertThat(line).contains("/runs/1", "No space left", "make some"));
    assertThat(FileTrouble.in(ours("/runs/1", new AccessControlException("write"))))
        .hasValueSatisfying(line -> assertThat(line).contains("/runs/1", "change the rights"));
    assertThat(FileTrouble.in(ours("hdfs://a/x", new ConnectException("Connection refused"))))
        .hasValueSatisfying(line -> assertThat(line).contains("hdfs://a/x", "check host and port"));
  }

  @Test
  void whatAnExecutorMetIsToldInOneLine() {
    Exception task = new FileNotFoundException("/data/part-0 (Permission denied)");
    assertThat(FileTrouble.in(new SparkException("Job aborted\n\tat x.y(Z.java:1)", task)))
        .hasValueSatisfying(
            line -> assertThat(line).startsWith("/data/part-0 (Permission").doesNotContain("\n"));
  }

  @Test
  void everythingElseIsNoTroubleWithFiles() {
    assertThat(FileTrouble.in(new IllegalStateException("Permission denied"))).isEmpty();
    assertThat(FileTrouble.in(new ConnectException("a server of another kind"))).isEmpty();
    assertThat(FileTrouble.in(ours("/x", new IOException("Stream closed")))).isEmpty();
  }

  private static UncheckedIOException ours(String path, IOException e) {
    return new UncheckedIOException(path + ": " + e.getMessage(), e);
  }
}
