package org.meanfield.jobs.retrain;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.meanfield.jobs.storage.JsonFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a URL how a run ended: one POST with JSON. It is waited for seconds, and nothing fails by
 * it. Its path stays out of the log: it often is a password.
 */
final class Webhook {
  private static final Logger LOGGER = LoggerFactory.getLogger(Webhook.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final URI url;
  private final Duration patience;

  Webhook(String url) {
    this(url, PATIENCE);
  }

  /** With another patience. */
  Webhook(String url, Duration patience) {
    this.url = URI.create(url);
    this.patience = patience;
  }

  /** True for what can be posted to. */
  static boolean isUrl(String text) {
    try {
      URI url = new URI(text);
      return url.getHost() != null && List.of("http", "https").contains(url.getScheme());
    } catch (URISyntaxException e) {
      return false;
    }
  }

  /**
   * Posts, and waits for the whole answer, but not longer than the patience.
   *
   * @return true where it was taken
   */
  boolean post(Map<String, Object> content) {
    HttpRequest request =
        HttpRequest.newBuilder(url)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(JsonFile.bytes(content)))
            .build();
    // A timeout of the request would end with the answer's head, and its body may never end.
    CompletableFuture<HttpResponse<Void>> answer =
        HttpClient.newHttpClient().sendAsync(request, HttpResponse.BodyHandlers.discarding());
    try {
      int status = answer.get(patience.toMillis(), TimeUnit.MILLISECONDS).statusCode();
      if (status / 100 == 2) {
        return true;
      }
      LOGGER.warn("The webhook at {} answered {}", url.getHost(), status);
    } catch (ExecutionException e) {
      LOGGER.warn(
          "The webhook at {} cannot be reached: {}", url.getHost(), e.getCause().toString());
    } catch (TimeoutException e) {
      answer.cancel(true);
      LOGGER.warn("The webhook at {} did not answer within {}", url.getHost(), patience);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      LOGGER.warn("Interrupted while telling the webhook at {}", url.getHost());
    }
    return false;
  }
}
