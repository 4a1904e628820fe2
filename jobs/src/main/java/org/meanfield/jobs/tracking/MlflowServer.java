package org.meanfield.jobs.tracking;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.MlflowHttpException;
import org.mlflow.tracking.creds.BasicMlflowHostCreds;

/**
 * Calls to an MLflow server that end in time. MLflow's client knows no time limit, so that each
 * call runs on a thread of its own; where it takes too long its connection is closed under it.
 *
 * <p>For one thread. Ownership: closed by its creator.
 */
final class MlflowServer implements AutoCloseable {
  private static final String USER = "MLFLOW_TRACKING_USERNAME";
  private static final String PASSWORD = "MLFLOW_TRACKING_PASSWORD";
  private static final String TOKEN = "MLFLOW_TRACKING_TOKEN";
  private static final int BYTES_A_SECOND = 1 << 20;

  private final TrackingSettings settings;
  private final Map<String, String> environment;
  private final ExecutorService calls = Executors.newCachedThreadPool(MlflowServer::daemon);
  private final HttpClient http;
  private MlflowClient client;

  MlflowServer(TrackingSettings settings) {
    this(settings, System.getenv());
  }

  /**
   * Connects to nothing yet.
   *
   * @param environment with credentials, by the names that MLflow gives them
   */
  MlflowServer(TrackingSettings settings, Map<String, String> environment) {
    this.settings = settings;
    this.environment = environment;
    this.client = newClient();
    this.http = HttpClient.newBuilder().connectTimeout(settings.timeout()).build();
  }

  /** A thread that keeps no process alive. */
  static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "mlflow");
    thread.setDaemon(true);
    return thread;
  }

  /** The server's address, without a slash at its end. */
  String uri() {
    return settings.uri();
  }

  /**
   * Asks the server.
   *
   * @param what completes "cannot be told", as in "creating the run"
   * @throws OutageException where it fails or takes too long
   */
  <T> T call(String what, Function<MlflowClient, T> call) {
    MlflowClient asked = client;
    return within(settings.timeout(), what, () -> call.apply(asked));
  }

  /**
   * What the server knows by a name, or makes now. Of two that make it at once the server refuses
   * one, which finds the other's.
   *
   * @throws OutageException where it fails or takes too long
   */
  String foundOrMade(
      String what,
      Function<MlflowClient, Optional<String>> find,
      Function<MlflowClient, String> make) {
    return call(
        what,
        client -> {
          Optional<String> found = find.apply(client);
          if (found.isPresent()) {
            return found.get();
          }
          try {
            return make.apply(client);
          } catch (MlflowHttpException refused) {
            return find.apply(client).orElseThrow(() -> refused);
          }
        });
  }

  /**
   * Sends a file to the server's own artefact store.
   *
   * @throws OutageException where it fails or takes too long
   */
  void put(String what, URI target, byte[] content) {
    HttpRequest.BodyPublisher body = HttpRequest.BodyPublishers.ofByteArray(content);
    send(what, HttpRequest.newBuilder(target).PUT(body), content.length);
  }

  /**
   * Has the server delete something; its client has no method for that.
   *
   * @param path below the REST API
   * @param json the request
   * @throws OutageException where it fails or takes too long
   */
  void delete(String what, String path, String json) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(uri() + "/api/2.0/mlflow/" + path))
            .header("Content-Type", "application/json")
            .method("DELETE", HttpRequest.BodyPublishers.ofString(json));
    send(what, request, json.length());
  }

  /**
   * Work that moves some bytes, with time for them.
   *
   * @throws OutageException where it fails or takes too long
   */
  void upload(String what, long bytes, Callable<?> work) {
    within(settings.timeout().plusSeconds(bytes / BYTES_A_SECOND), what, work);
  }

  @Override
  public void close() {
    calls.execute(client::close);
    calls.shutdown();
  }

  private void send(String what, HttpRequest.Builder request, long bytes) {
    authorization().ifPresent(value -> request.header("Authorization", value));
    upload(
        what,
        bytes,
        () -> {
          HttpResponse<String> answer =
              http.send(request.build(), HttpResponse.BodyHandlers.ofString());
          if (answer.statusCode() / 100 != 2) {
            throw new IOException("status " + answer.statusCode() + " " + answer.body());
          }
          return answer;
        });
  }

  private <T> T within(Duration limit, String what, Callable<T> work) {
    Future<T> future = calls.submit(work);
    try {
      return future.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      future.cancel(true);
      calls.execute(client::close); // closing may wait too
      client = newClient();
      throw new OutageException(what + ": no answer within " + limit.toMillis() / 1000.0 + " s", e);
    } catch (ExecutionException e) {
      throw OutageException.in(what, e);
    } catch (InterruptedException e) {
      future.cancel(true);
      Thread.currentThread().interrupt();
      throw new OutageException(what + ": interrupted", e);
    }
  }

  private MlflowClient newClient() {
    return new MlflowClient(
        new BasicMlflowHostCreds(
            settings.uri(),
            environment.get(USER),
            environment.get(PASSWORD),
            environment.get(TOKEN),
            false));
  }

  /** As MLflow's client sends it. */
  private Optional<String> authorization() {
    if (environment.containsKey(USER) && environment.containsKey(PASSWORD)) {
      String both = environment.get(USER) + ":" + environment.get(PASSWORD);
      byte[] bytes = both.getBytes(StandardCharsets.UTF_8);
      return Optional.of("Basic " + Base64.getEncoder().encodeToString(bytes));
    }
    return Optional.ofNullable(environment.get(TOKEN)).map(token -> "Bearer " + token);
  }
}
