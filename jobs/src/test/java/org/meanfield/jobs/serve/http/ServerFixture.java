package org.meanfield.jobs.serve.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.meanfield.export.ServingBundle;
import org.meanfield.jobs.serve.model.BatchRule;
import org.meanfield.jobs.serve.model.CurrentModel;
import org.meanfield.jobs.serve.model.ServedModel;

/** A running server and a client of it. */
final class ServerFixture implements AutoCloseable {
  static final ServerLimits LIMITS = limits(64 << 10, 64, Duration.ofSeconds(30));

  static ServerLimits limits(int bodyBytes, int concurrent, Duration body) {
    return new ServerLimits(
        bodyBytes, concurrent, body, 10_000, Duration.ZERO, Duration.ofSeconds(30));
  }

  final Metrics metrics = new Metrics();
  final CurrentModel current = new CurrentModel();
  final InferenceServer server;
  private final int port; // a stopped server has none
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  ServerFixture(ServerLimits limits) {
    server =
        InferenceServer.start(
            new InferenceServer.Identity("127.0.0.1", 0, "classifier", "0"),
            current,
            limits,
            metrics);
    port = server.address().getPort();
  }

  void serve(String version, Path export) {
    serve(version, export, Duration.ofMillis(1));
  }

  void serve(String version, Path export, Duration maxDelay) {
    ServedModel model =
        ServedModel.open(
            version,
            export.toString(),
            ServingBundle.open(export),
            new BatchRule(2, 8, maxDelay),
            metrics::batchComputed);
    current.replace(model);
    metrics.serving(model);
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  HttpResponse<byte[]> get(String path) {
    return send(HttpRequest.newBuilder(uri(path)));
  }

  HttpResponse<byte[]> post(String path, byte[] body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path)).POST(BodyPublishers.ofByteArray(body));
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  CompletableFuture<HttpResponse<byte[]>> postAsync(String path, byte[] body) {
    HttpRequest request =
        HttpRequest.newBuilder(uri(path)).POST(BodyPublishers.ofByteArray(body)).build();
    return client.sendAsync(request, BodyHandlers.ofByteArray());
  }

  HttpResponse<byte[]> send(HttpRequest.Builder request) {
    try {
      return client.send(
          request.timeout(Duration.ofSeconds(60)).build(), BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  static JsonNode json(HttpResponse<byte[]> response) {
    return json(new String(response.body(), UTF_8));
  }

  static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text);
    } catch (IOException e) {
      throw new IllegalStateException(text, e);
    }
  }

  @Override
  public void close() {
    server.close();
    current.close();
  }
}
