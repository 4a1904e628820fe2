package org.meanfield.jobs.retrain;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.meanfield.jobs.storage.JsonFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a URL how a run ended: one POST with JSON. Nobody waits for it, and nothing fails by it.
 */
final class Webhook {
  private static final Logger LOGGER = LoggerFactory.getLogger(Webhook.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final URI url;

  Webhook(String url) {
    this.url = URI.create(url);
  }

  void post(Map<String, Object> content) {
    HttpRequest request =
        HttpRequest.newBuilder(url)
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(JsonFile.bytes(content)))
            .build();
    try {
      int status =
          HttpClient.newBuilder()
              .connectTimeout(PATIENCE)
              .build()
              .send(request, HttpResponse.BodyHandlers.discarding())
              .statusCode();
      if (status / 100 != 2) {
        LOGGER.warn("The webhook {} answered {}", url, status);
      }
    } catch (IOException e) {
      LOGGER.warn("The webhook {} cannot be reached: {}", url, e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      LOGGER.warn("Interrupted while telling the webhook {}", url);
    }
  }
}
