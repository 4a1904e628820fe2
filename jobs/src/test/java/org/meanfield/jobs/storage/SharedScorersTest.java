package org.meanfield.jobs.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.ImageSpec;
import org.meanfield.engine.Scorer;
import org.meanfield.image.PixelImage;
import org.meanfield.jobs.testing.LinearClassifier;
import org.meanfield.model.FloatVector;

/** A model is open once in a process, whatever number of tasks score with it. */
class SharedScorersTest {
  private static final LinearClassifier MODEL = new LinearClassifier(2, List.of("a", "b"), 3);
  private final List<Noted> opened = new CopyOnWriteArrayList<>();

  @Test
  void tasksOfOneTimeShareAModelAndTasksThatFollowFindIt()
      throws InterruptedException, ExecutionException {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    List<Future<List<FloatVector>>> tasks = new ArrayList<>();
    try {
      for (int i = 0; i < 32; i++) {
        tasks.add(
            threads.submit(
                () -> {
                  try (Scorer scorer = lease("shared")) {
                    return scorer.score(List.of(new PixelImage(2, 2, 3, new byte[12])));
                  }
                }));
      }
      List<FloatVector> first = tasks.get(0).get();
      for (Future<List<FloatVector>> task : tasks) {
        assertThat(task.get()).isEqualTo(first);
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(opened).hasSize(1);
    assertThat(opened.get(0).closed).isFalse();
  }

  @Test
  void theModelsUsedLastStayOpenAndWhatIsInUseDoesToo() {
    try (Scorer inUse = lease("one")) {
      lease("two").close();
      lease("three").close();
      lease("four").close();
      assertThat(opened)
          .extracting(noted -> noted.closed)
          .containsExactly(false, true, true, false);
      lease("one").close();
      assertThat(opened).hasSize(4);
      assertThat(inUse.classes().size()).isEqualTo(2);
    }
    lease("five").close();
    lease("six").close();
    assertThat(opened.get(0).closed).isTrue();
    lease("one").close();
    assertThat(opened).hasSize(7);
  }

  @Test
  void aModelThatDoesNotOpenIsTriedAgainAndAClosedScorerScoresNothing() {
    assertThatThrownBy(
            () ->
                SharedScorers.lease(
                    "broken",
                    () -> {
                      throw new IllegalStateException("no memory");
                    }))
        .hasMessage("no memory");
    Scorer scorer = lease("broken");
    scorer.close();
    scorer.close();
    assertThat(opened).hasSize(1);
    assertThatThrownBy(() -> scorer.score(List.of())).hasMessageContaining("was closed");
  }

  private Scorer lease(String key) {
    return SharedScorers.lease(
        getClass() + key,
        () -> {
          Noted made = new Noted(MODEL.open(1));
          opened.add(made);
          return made;
        });
  }

  /** Tells whether it was closed. */
  private static final class Noted implements Scorer {
    private final Scorer scorer;
    private boolean closed;

    Noted(Scorer scorer) {
      this.scorer = scorer;
    }

    @Override
    public ImageSpec imageSpec() {
      return scorer.imageSpec();
    }

    @Override
    public ClassIndex classes() {
      return scorer.classes();
    }

    @Override
    public List<FloatVector> score(List<PixelImage> images) {
      return scorer.score(images);
    }

    @Override
    public void close() {
      closed = true;
      scorer.close();
    }
  }
}
