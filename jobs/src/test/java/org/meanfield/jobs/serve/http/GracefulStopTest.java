package org.meanfield.jobs.serve.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.image.PixelImage;
import org.meanfield.image.PngEncoder;
import org.meanfield.jobs.serve.TinyExports;
import org.meanfield.jobs.serve.model.CurrentModel;

/** What a server does between being told to stop and its end. */
@Timeout(60)
class GracefulStopTest {
  private static final String CLASSIFY = "/v1/classify";
  private static final PixelImage IMAGE = new PixelImage(4, 4, 3, new byte[4 * 4 * 3]);
  private static final byte[] FILE = PngEncoder.encode(IMAGE);

  /** Much longer than any test: a time that must not pass. */
  private static final Duration NEVER = Duration.ofHours(1);

  @TempDir private static Path folder;

  @BeforeAll
  static void export() {
    TinyExports.write(folder, 1);
  }

  @Test
  void itSaysThatItIsNotReadyThenTakesNothingNewAndAnswersWhatIsInFlight() throws Exception {
    Duration drain = Duration.ofSeconds(2);
    try (ServerFixture fixture = new ServerFixture(limits(drain, Duration.ofSeconds(30)))) {
      fixture.serve("1", folder, NEVER); // nothing is answered before a batch of 8 is full
      CompletableFuture<HttpResponse<byte[]>> before = fixture.postAsync(CLASSIFY, FILE);
      awaitQueued(fixture, 1, before);
      Thread stopping = new Thread(fixture.server::close);
      long start = System.nanoTime();
      stopping.start();
      while (fixture.get("/v2/health/ready").statusCode() == 200) {
        Thread.onSpinWait();
      }
      assertThat(fixture.get("/v2/health/ready").statusCode()).isEqualTo(503);
      assertThat(fixture.get("/v2/health/live").statusCode()).isEqualTo(200);
      CompletableFuture<HttpResponse<byte[]>> meanwhile = fixture.postAsync(CLASSIFY, FILE);
      awaitQueued(fixture, 2, meanwhile);

      while (isTaken(() -> fixture.get("/v2/health/live"))) {
        Thread.onSpinWait();
      }
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(drain, drain.plusSeconds(20));
      assertThat(isTaken(() -> fixture.post(CLASSIFY, FILE))).isFalse();
      assertThat(queued(fixture)).isEqualTo(2);
      assertThat(before).isNotDone();
      assertThat(meanwhile).isNotDone();
      assertThat(stopping.isAlive()).as("it waits for them").isTrue();

      fill(fixture, 6);
      assertThat(before.join().statusCode()).isEqualTo(200);
      assertThat(meanwhile.join().statusCode()).isEqualTo(200);
      stopping.join();
    }
  }

  @Test
  void whatIsNotAnsweredInTimeIsNotWaitedFor() {
    Duration stop = Duration.ofMillis(300);
    try (ServerFixture fixture = new ServerFixture(limits(Duration.ZERO, stop))) {
      fixture.serve("1", folder, NEVER);
      CompletableFuture<HttpResponse<byte[]>> hanging = fixture.postAsync(CLASSIFY, FILE);
      awaitQueued(fixture, 1, hanging);
      long start = System.nanoTime();
      assertThatThrownBy(fixture.server::close)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("did not stop in time");
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(stop, stop.plusSeconds(20));
      assertThatThrownBy(hanging::join).hasCauseInstanceOf(IOException.class);
    }
  }

  private static ServerLimits limits(Duration drain, Duration stop) {
    return new ServerLimits(64 << 10, 64, Duration.ofSeconds(30), 10_000, drain, stop);
  }

  /** Fails where the request ended instead of waiting for a batch. */
  private static void awaitQueued(
      ServerFixture fixture, int images, CompletableFuture<HttpResponse<byte[]>> request) {
    while (queued(fixture) < images) {
      assertThat(request).isNotDone();
      Thread.onSpinWait();
    }
  }

  private static int queued(ServerFixture fixture) {
    try (CurrentModel.Lease lease = fixture.current.lease().orElseThrow()) {
      return lease.model().queuedImages();
    }
  }

  private static void fill(ServerFixture fixture, int images) {
    try (CurrentModel.Lease lease = fixture.current.lease().orElseThrow()) {
      lease.model().score(lease.model().block(Collections.nCopies(images, IMAGE))).join();
    }
  }

  private interface Asking {
    HttpResponse<byte[]> ask();
  }

  /** On a connection of before the answer is 503; a new one is refused. */
  private static boolean isTaken(Asking request) {
    try {
      return request.ask().statusCode() != 503;
    } catch (IllegalStateException e) {
      assertThat(e).hasCauseInstanceOf(IOException.class);
      return false;
    }
  }
}
