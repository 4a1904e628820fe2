package org.meanfield.train;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.meanfield.data.EpochOrder;
import org.meanfield.data.Seeds;
import org.meanfield.engine.Minibatch;
import org.meanfield.engine.MinibatchAssembler;
import org.meanfield.image.PixelImage;

/**
 * A worker's minibatches of one round, in order. Reading, augmentation and assembly run ahead on
 * threads of their own, as many as the store asks for; what comes out depends on plan, worker and
 * round alone.
 */
final class MinibatchStream implements AutoCloseable {
  private static final int AHEAD = 2; // beside what the threads work on

  private final TrainingPlan plan;
  private final WorkerExamples examples;
  private final int worker;
  private final int epoch;
  private final EpochOrder order;
  private final MinibatchAssembler assembler;
  private final ExecutorService threads;
  private final Deque<Future<Minibatch>> ahead = new ArrayDeque<>();
  private final int first;
  private final int end;
  private int next;

  /**
   * Begins to read.
   *
   * @param order of the worker in the round's epoch
   */
  MinibatchStream(
      TrainingPlan plan, WorkerExamples examples, EpochOrder order, int worker, Round round) {
    this.plan = plan;
    this.examples = examples;
    this.worker = worker;
    this.epoch = round.epoch();
    this.order = order;
    this.assembler = new MinibatchAssembler(plan.network().imageSpec());
    long start = (long) round.epochIteration() * plan.batchSize();
    this.first = (int) Math.min(start, examples.size());
    this.next = first;
    this.end =
        (int) Math.min(start + (long) round.iterations() * plan.batchSize(), examples.size());
    this.threads =
        Executors.newFixedThreadPool(
            examples.readers(),
            task -> {
              Thread created = new Thread(task, "minibatches-of-worker-" + worker);
              created.setDaemon(true);
              return created;
            });
    for (int i = 0; i < AHEAD + examples.readers(); i++) {
      submitNext();
    }
  }

  boolean hasNext() {
    return !ahead.isEmpty();
  }

  /** The next minibatch; waits where it is not ready. */
  Minibatch next() {
    try {
      Minibatch minibatch = ahead.removeFirst().get();
      submitNext();
      return minibatch;
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "Worker "
              + worker
              + " cannot assemble a minibatch of epoch "
              + epoch
              + ": "
              + e.getCause().getMessage(),
          e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(
          "Worker " + worker + " was interrupted while it waited for a minibatch", e);
    }
  }

  /** Ids of the round's examples, in the order of training. */
  List<String> ids() {
    List<String> ids = new ArrayList<>(end - first);
    for (int position = first; position < end; position++) {
      ids.add(examples.id(order.example(position)));
    }
    return ids;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  private void submitNext() {
    if (next < end) {
      int from = next;
      int to = Math.min(from + plan.batchSize(), end);
      ahead.addLast(threads.submit(() -> assemble(from, to)));
      next = to;
    }
  }

  private PixelImage image(int example) {
    return switch (plan.augmentation().crop()) {
      case PADDED -> examples.image(example);
      case RESIZED ->
          examples.randomPart(example, Seeds.derive(plan.seed(), "crop", epoch, worker, example));
    };
  }

  private Minibatch assemble(int from, int to) {
    List<PixelImage> images = new ArrayList<>(to - from);
    int[] labels = new int[to - from];
    for (int position = from; position < to; position++) {
      int example = order.example(position);
      long seed = Seeds.derive(plan.seed(), "augmentation", epoch, worker, example);
      images.add(plan.augmentation().apply(image(example), seed));
      labels[position - from] = examples.label(example);
    }
    int classes = plan.network().classes().size();
    return assembler.forTraining(images, labels, classes, plan.labelSmoothing());
  }
}
