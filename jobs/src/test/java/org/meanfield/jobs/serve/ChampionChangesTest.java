package org.meanfield.jobs.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.engine.Scorer;
import org.meanfield.image.PixelImage;
import org.meanfield.jobs.serve.http.InferenceServer;
import org.meanfield.jobs.serve.http.Metrics;
import org.meanfield.jobs.serve.http.ServerLimits;
import org.meanfield.jobs.serve.model.BatchRule;
import org.meanfield.jobs.serve.model.CurrentModel;
import org.meanfield.jobs.storage.Storage;
import org.meanfield.model.FloatVector;

/** Requests from many connections while the champion changes. */
@Timeout(180)
class ChampionChangesTest {
  private static final int CONNECTIONS = 32;
  private static final int FEW_REQUESTS = 2_048;
  private static final int MANY_REQUESTS = 50_000;
  private static final int CHANGES = 20;
  private static final int VERSIONS = 3;
  private static final int IMAGES = 3; // in a request: they must not be split over versions

  @TempDir private Path registry;

  @Test
  void noRequestFailsAndEveryAnswerIsOfOneVersion() throws Exception {
    serves(FEW_REQUESTS);
  }

  @Test
  @EnabledIfEnvironmentVariable(named = "CI", matches = "true")
  void nothingFailsAmongManyRequests() throws Exception {
    serves(MANY_REQUESTS);
  }

  private void serves(int requests) throws Exception {
    List<List<FloatVector>> expected = new ArrayList<>();
    List<PixelImage> images = images();
    for (int version = 1; version <= VERSIONS; version++) {
      TinyExports.write(TinyExports.export(registry, version), version);
      try (Scorer scorer = TinyExports.classifier(version).open(1)) {
        expected.add(scorer.score(images));
      }
    }
    TinyExports.crown(registry, 1, 1);
    Metrics metrics = new Metrics();
    ServerLimits limits =
        new ServerLimits(
            1 << 20,
            CONNECTIONS,
            Duration.ofSeconds(30),
            1000,
            Duration.ZERO,
            Duration.ofSeconds(30));
    Storage storage = new Storage(new Configuration());
    try (CurrentModel current = new CurrentModel();
        ModelFollower follower =
            new ModelFollower(
                new FollowedVersion(storage, registry.toString(), FollowedVersion.CHAMPION),
                storage,
                current,
                new BatchRule(2, 8, Duration.ofMillis(1)),
                metrics,
                line -> {})) {
      follower.look();
      var identity = new InferenceServer.Identity("127.0.0.1", 0, "classifier", "0");
      try (InferenceServer server = InferenceServer.start(identity, current, limits, metrics)) {
        Set<Integer> seen = load(server, requests, images, expected, follower);
        assertThat(seen).hasSize(VERSIONS);
      }
    }
  }

  /**
   * Sends all requests, the changes spread evenly among them; returns the versions that answered.
   */
  private Set<Integer> load(
      InferenceServer server,
      int requests,
      List<PixelImage> images,
      List<List<FloatVector>> expected,
      ModelFollower follower)
      throws Exception {
    URI uri =
        URI.create(
            "http://127.0.0.1:" + server.address().getPort() + "/v2/models/classifier/infer");
    String body = body(images);
    AtomicInteger asked = new AtomicInteger();
    AtomicInteger answered = new AtomicInteger();
    Set<Integer> seen = new ConcurrentSkipListSet<>();
    ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS);
    CountDownLatch started = new CountDownLatch(CONNECTIONS);
    List<Future<?>> clients = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      clients.add(
          threads.submit(
              () -> {
                HttpClient client =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
                started.countDown();
                while (asked.getAndIncrement() < requests) {
                  HttpRequest request =
                      HttpRequest.newBuilder(uri).POST(BodyPublishers.ofString(body)).build();
                  seen.add(check(client.send(request, BodyHandlers.ofString()), expected));
                  answered.incrementAndGet();
                }
                return null;
              }));
    }
    started.await();
    for (int change = 1; change <= CHANGES; change++) {
      while (answered.get() < change * requests / (CHANGES + 1)
          && clients.stream().noneMatch(Future::isDone)) {
        Thread.onSpinWait();
      }
      TinyExports.crown(registry, 1 + change, 1 + change % VERSIONS);
      follower.look();
    }
    for (Future<?> client : clients) {
      client.get();
    }
    threads.shutdown();
    assertThat(answered.get()).isEqualTo(requests);
    return seen;
  }

  /** Fails unless all numbers are those of the version that the answer names. */
  private static int check(HttpResponse<String> response, List<List<FloatVector>> expected)
      throws Exception {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    JsonNode answer = new ObjectMapper().readTree(response.body());
    int version = answer.path("model_version").asInt();
    JsonNode data = answer.path("outputs").path(0).path("data");
    assertThat(data).hasSize(IMAGES * TinyExports.CLASSES.size());
    for (int i = 0; i < data.size(); i++) {
      float wanted = expected.get(version - 1).get(i / 3).get(i % 3);
      assertThat(Math.abs(data.path(i).floatValue() - wanted)).isLessThan(1e-5f);
    }
    return version;
  }

  private static List<PixelImage> images() {
    Random random = new Random(5);
    List<PixelImage> images = new ArrayList<>();
    for (int i = 0; i < IMAGES; i++) {
      byte[] pixels = new byte[3 * TinyExports.SIDE * TinyExports.SIDE];
      random.nextBytes(pixels);
      images.add(new PixelImage(TinyExports.SIDE, TinyExports.SIDE, 3, pixels));
    }
    return images;
  }

  private static String body(List<PixelImage> images) {
    int side = TinyExports.SIDE;
    List<Integer> values = new ArrayList<>();
    for (PixelImage image : images) {
      for (int i = 0; i < 3 * side * side; i++) {
        values.add(image.value(i / 3 / side, i / 3 % side, i % 3));
      }
    }
    return "{\"inputs\":[{\"name\":\"pixels\",\"datatype\":\"UINT8\",\"shape\":["
        + images.size()
        + ",4,4,3],\"data\":"
        + values
        + "}]}";
  }
}
