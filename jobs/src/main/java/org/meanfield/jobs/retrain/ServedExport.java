package org.meanfield.jobs.retrain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.export.Classification.Candidate;
import org.meanfield.export.ExportCheck;
import org.meanfield.export.ServingBundle;
import org.meanfield.image.ImageInspector;
import org.meanfield.jobs.cli.BuildInfo;
import org.meanfield.jobs.serve.http.InferenceServer;
import org.meanfield.jobs.serve.http.Metrics;
import org.meanfield.jobs.serve.http.ServerLimits;
import org.meanfield.jobs.serve.model.BatchRule;
import org.meanfield.jobs.serve.model.CurrentModel;
import org.meanfield.jobs.serve.model.ServedModel;

/**
 * An export behind the server of {@code meanfield serve}, at a free port that this machine alone
 * reaches, and a client that asks it as anybody would.
 *
 * <p>Ownership: {@link #close} stops the server, after what is in flight, and frees the model.
 */
final class ServedExport implements AutoCloseable {
  private static final String HOST = "127.0.0.1";
  private static final String NAME = "smoke-test";
  private static final BatchRule ONE_BY_ONE = new BatchRule(1, 1, Duration.ZERO);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Wide, because it is asked about images that ingest took. */
  private static final ServerLimits LIMITS =
      new ServerLimits(
          1 << 30, 4, PATIENCE, ImageInspector.DEFAULT_MAX_PIXELS, Duration.ZERO, PATIENCE);

  private static final ObjectMapper JSON = new ObjectMapper();

  private final String folder;
  private final CurrentModel current;
  private final InferenceServer server;
  private final URI classify;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .proxy(HttpClient.Builder.NO_PROXY)
          .build();

  private ServedExport(String folder, CurrentModel current, InferenceServer server) {
    this.folder = folder;
    this.current = current;
    this.server = server;
    InetSocketAddress address = server.address();
    this.classify =
        URI.create("http://" + address.getHostString() + ":" + address.getPort() + "/v1/classify");
  }

  /**
   * Starts the server.
   *
   * @param folder where the export lies, for messages
   * @throws CorruptArtifactException where a file of it is missing or damaged
   */
  static ServedExport start(String folder, ServingBundle bundle) {
    Metrics metrics = new Metrics();
    String version = BuildInfo.current().version();
    CurrentModel current = new CurrentModel();
    try {
      current.replace(ServedModel.open(NAME, folder, bundle, ONE_BY_ONE, metrics::batchComputed));
      InferenceServer server =
          InferenceServer.start(
              new InferenceServer.Identity(HOST, 0, NAME, version), current, LIMITS, metrics);
      return new ServedExport(folder, current, server);
    } catch (RuntimeException | Error e) {
      current.close();
      throw e;
    }
  }

  /**
   * Posts an image file to {@code /v1/classify}.
   *
   * @param image its id, for messages
   * @param expected the label and the probability that the exported file gives outside of a server
   * @throws CorruptArtifactException naming the image, what was expected and what was answered:
   *     where there is no such answer, another label, or a probability that differs by more than
   *     {@link ExportCheck#TOLERANCE}
   */
  void requireAnswer(String image, byte[] encoded, Candidate expected) {
    HttpResponse<byte[]> response = post(encoded);
    JsonNode answer;
    try {
      answer = JSON.readTree(response.body());
    } catch (IOException e) {
      throw refused(image, expected, response.statusCode() + " and no JSON", e);
    }
    double difference = answer.path("probability").asDouble(Double.NaN) - expected.probability();
    // Written so that a missing number fails too.
    boolean near = Math.abs(difference) <= ExportCheck.TOLERANCE;
    boolean same = answer.path("label").asText().equals(expected.label());
    if (response.statusCode() != 200 || !same || !near) {
      throw refused(image, expected, response.statusCode() + " " + answer, null);
    }
  }

  private HttpResponse<byte[]> post(byte[] encoded) {
    HttpRequest request =
        HttpRequest.newBuilder(classify)
            .timeout(PATIENCE)
            .POST(BodyPublishers.ofByteArray(encoded))
            .build();
    try {
      return client.send(request, BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new IllegalStateException(
          "The server of the smoke test at "
              + classify
              + " gave no answer ("
              + e
              + "); its log says more. Run the same command again",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("The smoke test was interrupted", e);
    }
  }

  private CorruptArtifactException refused(
      String image, Candidate expected, String answered, Exception cause) {
    return new CorruptArtifactException(
        "The export "
            + folder
            + " is not served as it is: for image "
            + image
            + " its file says '"
            + expected.label()
            + "' with "
            + expected.probability()
            + ", expected from the server within "
            + ExportCheck.TOLERANCE
            + "; it answered "
            + answered
            + ". Delete the folder and run again; if it stays so, report it",
        cause);
  }

  @Override
  public void close() {
    try {
      server.close();
    } finally {
      current.close();
    }
  }
}
