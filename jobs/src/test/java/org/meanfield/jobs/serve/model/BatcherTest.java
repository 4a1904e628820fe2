package org.meanfield.jobs.serve.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.meanfield.data.ImageSpec;
import org.meanfield.data.Normalization;
import org.meanfield.data.ResizePolicy;
import org.meanfield.model.FloatVector;

@Timeout(60)
class BatcherTest {
  private static final ImageSpec PIXEL =
      new ImageSpec(1, 1, 1, ResizePolicy.STRETCH, Normalization.unitRange(1));
  private static final Duration AN_HOUR = Duration.ofHours(1);

  private final List<Integer> batches = new CopyOnWriteArrayList<>();

  /** The first image of each batch. */
  private final List<Float> computed = new CopyOnWriteArrayList<>();

  @Test
  void aFullBatchLeavesAtOnceAndEachGetsItsOwnAnswers() {
    try (Batcher batcher = batcher(1, 4, AN_HOUR)) {
      var first = batcher.submit(pixels(1, 2));
      var second = batcher.submit(pixels(3));
      var third = batcher.submit(pixels(4));
      assertThat(values(first)).containsExactly(1f, 2f);
      assertThat(values(second)).containsExactly(3f);
      assertThat(values(third)).containsExactly(4f);
      assertThat(batches).containsExactly(4);
      assertThat(batcher.queuedImages()).isZero();
    }
  }

  @Test
  void aLoneImageWaitsNoLongerThanTheDelay() {
    try (Batcher batcher = batcher(2, 1000, Duration.ofMillis(20))) {
      long start = System.nanoTime();
      assertThat(values(batcher.submit(pixels(7)))).containsExactly(7f);
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(20_000_000);
    }
    try (Batcher batcher = batcher(1, 1000, Duration.ZERO)) {
      assertThat(values(batcher.submit(pixels(7)))).containsExactly(7f);
    }
  }

  @Test
  void whatArrivesWhileTheLaneIsBusyBecomesOneBatch() throws InterruptedException {
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (Batcher batcher = gated(8, busy, go)) {
      List<CompletableFuture<List<FloatVector>>> answers = new ArrayList<>();
      answers.add(batcher.submit(pixels(0)));
      busy.await();
      for (int i = 1; i <= 10; i++) {
        answers.add(batcher.submit(pixels(i)));
      }
      assertThat(batcher.queuedImages()).isEqualTo(10);
      go.countDown();
      for (int i = 0; i <= 10; i++) {
        assertThat(values(answers.get(i))).containsExactly((float) i);
      }
      assertThat(batches).containsExactly(1, 8, 2);
    }
  }

  @Test
  void moreImagesThanABatchHoldsAreComputedInSeveral() {
    try (Batcher batcher = batcher(2, 3, Duration.ZERO)) {
      assertThat(values(batcher.submit(pixels(1, 2, 3, 4, 5, 6, 7))))
          .containsExactly(1f, 2f, 3f, 4f, 5f, 6f, 7f);
      assertThat(batches).containsExactlyInAnyOrder(3, 3, 1);
    }
  }

  @Test
  void aRequestOfManyImagesLetsOthersIn() throws InterruptedException {
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (Batcher batcher = gated(1, busy, go)) {
      var many = batcher.submit(pixels(1, 2, 3, 4, 5, 6));
      busy.await();
      var one = batcher.submit(pixels(100));
      go.countDown();
      assertThat(values(many)).containsExactly(1f, 2f, 3f, 4f, 5f, 6f);
      assertThat(values(one)).containsExactly(100f);
      assertThat(computed).containsExactly(1f, 2f, 100f, 3f, 4f, 5f, 6f);
    }
  }

  @Test
  void aFailureReachesItsRequestsAndTheLaneGoesOn() {
    try (Batcher batcher =
        new Batcher(
            "test",
            PIXEL,
            new BatchRule(1, 1, Duration.ZERO),
            (pixels, images) -> {
              if (pixels.get(0) < 0) {
                throw new IllegalStateException("negative");
              }
              return echo(pixels, images);
            },
            (images, nanoseconds) -> batches.add(images))) {
      var bad = batcher.submit(pixels(-1));
      var good = batcher.submit(pixels(1));
      assertThatThrownBy(bad::join)
          .isInstanceOf(CompletionException.class)
          .hasRootCauseMessage("negative");
      assertThat(values(good)).containsExactly(1f);
    }
  }

  @Test
  void closingAnswersWhatWaitsAndRefusesWhatComesLater() {
    Batcher batcher = batcher(1, 1000, AN_HOUR);
    var waiting = batcher.submit(pixels(1, 2));
    batcher.close();
    assertThat(values(waiting)).containsExactly(1f, 2f);
    assertThatThrownBy(() -> batcher.submit(pixels(3))).hasMessageContaining("closed");
  }

  @Test
  void whereItsBuffersDoNotFitThereIsNone() {
    assertThatThrownBy(() -> batcher(2, Integer.MAX_VALUE, Duration.ZERO))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("serve.max-batch")
        .hasMessageContaining("8589934588 bytes on each of 2 threads");
  }

  @Test
  void whoeverIsAnsweredMayCloseIt() {
    CountDownLatch go = new CountDownLatch(1);
    Batcher batcher =
        new Batcher(
            "test",
            PIXEL,
            new BatchRule(1, 1, Duration.ZERO),
            (pixels, images) -> {
              await(go);
              return echo(pixels, images);
            },
            (images, nanoseconds) -> batches.add(images));
    CompletableFuture<Void> closed = batcher.submit(pixels(1)).thenRun(batcher::close);
    go.countDown();
    closed.join();
    assertThatThrownBy(() -> batcher.submit(pixels(2))).hasMessageContaining("closed");
  }

  private Batcher batcher(int lanes, int maxImages, Duration maxDelay) {
    return new Batcher(
        "test",
        PIXEL,
        new BatchRule(lanes, maxImages, maxDelay),
        BatcherTest::echo,
        (images, nanoseconds) -> batches.add(images));
  }

  /** One lane, which says that it is busy with its first batch and computes it once it may. */
  private Batcher gated(int maxImages, CountDownLatch busy, CountDownLatch go) {
    return new Batcher(
        "test",
        PIXEL,
        new BatchRule(1, maxImages, Duration.ZERO),
        (pixels, images) -> {
          busy.countDown();
          await(go);
          computed.add(pixels.get(0));
          return echo(pixels, images);
        },
        (images, nanoseconds) -> batches.add(images));
  }

  private static List<FloatVector> echo(FloatBuffer pixels, int images) {
    List<FloatVector> rows = new ArrayList<>();
    for (int i = 0; i < images; i++) {
      rows.add(FloatVector.wrap(new float[] {pixels.get(i)}));
    }
    return rows;
  }

  private static PixelBlock pixels(float... values) {
    return PixelBlock.of(FloatBuffer.wrap(values), PIXEL);
  }

  private static List<Float> values(CompletableFuture<List<FloatVector>> answer) {
    return answer.join().stream().map(row -> row.get(0)).toList();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
