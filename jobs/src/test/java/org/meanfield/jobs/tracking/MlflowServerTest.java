package org.meanfield.jobs.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.jobs.storage.Storage;

/** Credentials, places of artefacts, and limits of one call. */
class MlflowServerTest {
  private static final String SEARCH = "{\"filter\": \"tags.a = 'b'\"}";

  /** For a server that answers, on a busy machine too. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Test
  void credentialsComeFromTheEnvironment() throws IOException {
    try (MlflowStub stub = new MlflowStub()) {
      Map<String, String> user =
          Map.of("MLFLOW_TRACKING_USERNAME", "ann", "MLFLOW_TRACKING_PASSWORD", "x");
      for (Map<String, String> environment :
          List.of(Map.of("MLFLOW_TRACKING_TOKEN", "secret"), user, Map.<String, String>of())) {
        stub.authorizations.clear();
        try (MlflowServer server = new MlflowServer(settings(stub.uri(), PATIENCE), environment)) {
          server.call("asking", client -> client.sendPost("runs/search", SEARCH));
          new ArtifactPlace(server, storage(), "mlflow-artifacts:/1/r/artifacts")
              .write("a folder/b.txt", new byte[] {1});
        }
        String expected =
            environment.isEmpty()
                ? "none"
                : environment.size() == 1 ? "Bearer secret" : "Basic YW5uOng=";
        assertThat(stub.authorizations).containsExactly(expected, expected);
      }
      assertThat(stub.artefacts).containsKey("1/r/artifacts/a folder/b.txt");
    }
  }

  @Test
  void artefactsOnASharedDiskAreWrittenThere() throws IOException {
    try (MlflowStub stub = new MlflowStub();
        MlflowServer server = new MlflowServer(settings(stub.uri(), PATIENCE), Map.of())) {
      for (String root : List.of(folder + "/plain", "file://" + folder + "/uri")) {
        new ArtifactPlace(server, storage(), root).write("model/MLmodel", new byte[] {7});
      }
      for (String name : List.of("plain", "uri")) {
        assertThat(Files.readAllBytes(folder.resolve(name + "/model/MLmodel"))).containsExactly(7);
      }
      assertThatThrownBy(
              () -> new ArtifactPlace(server, storage(), "dbfs:/x").write("a", new byte[1]))
          .isInstanceOf(OutageException.class)
          .hasMessageContaining("writing the artefact a")
          .hasMessageContaining("dbfs");
      new ArtifactPlace(server, storage(), stub.uri() + "/api/2.0/mlflow-artifacts/artifacts/9")
          .write("c", new byte[] {3});
      assertThat(stub.artefacts).containsOnlyKeys("9/c");
    }
  }

  @Test
  void aCallThatHangsIsLeftAndTheNextOneWorks() throws IOException {
    try (MlflowStub hanging = new MlflowStub();
        MlflowServer server =
            new MlflowServer(settings(hanging.uri(), Duration.ofSeconds(1)), Map.of())) {
      hanging.hang();
      long start = System.nanoTime();
      assertThatThrownBy(() -> server.call("asking", client -> client.getRun("r")))
          .isInstanceOf(OutageException.class)
          .hasMessage("asking: no answer within 1.0 s");
      assertThat((System.nanoTime() - start) / 1e9).isLessThan(20);
      hanging.answer();
      String answer = server.call("asking", client -> client.sendPost("runs/search", SEARCH));
      assertThat(answer).contains("runs");
    }
  }

  private static Storage storage() {
    return new Storage(new Configuration());
  }

  private static TrackingSettings settings(String uri, Duration timeout) {
    return new TrackingSettings(uri, "e", timeout);
  }
}
