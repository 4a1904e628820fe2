package org.meanfield.train;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.meanfield.data.EpochOrder;
import org.meanfield.engine.Minibatch;

/**
 * A worker's minibatches of one round, in order. Reading, augmentation and assembly run ahead on
 * other threads; what comes out depends on plan, worker and round alone.
 */
final class MinibatchStream implements AutoCloseable {
  private static final int AHEAD = 2; // beside what the threads work on

  private final TrainingPlan plan;
  private final WorkerExamples examples;
  private final int worker;
  private final int epoch;
  private final EpochOrder order;
  private final MinibatchMaker maker;
  private final ExecutorService threads;
  private final Deque<Future<Minibatch>> ahead = new ArrayDeque<>();
  private final int first;
  private final int end;
  private int next;

  /**
   * Begins to read.
   *
   * @param threads to read on; ownership: the caller's
   * @param order of the worker in the round's epoch
   */
  MinibatchStream(
      ExecutorService threads,
      TrainingPlan plan,
      WorkerExamples examples,
      EpochOrder order,
      int worker,
      Round round) {
    this.threads = threads;
    this.plan = plan;
    this.examples = examples;
    this.worker = worker;
    this.epoch = round.epoch();
    this.order = order;
    this.maker = examples.maker(plan, worker, round.epoch());
    long start = (long) round.epochIteration() * plan.batchSize();
    this.first = (int) Math.min(start, examples.size());
    this.next = first;
    this.end =
        (int) Math.min(start + (long) round.iterations() * plan.batchSize(), examples.size());
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

  /** Stops what is still being read. */
  @Override
  public void close() {
    ahead.forEach(minibatch -> minibatch.cancel(true));
    ahead.clear();
  }

  private void submitNext() {
    if (next < end) {
      int from = next;
      int to = Math.min(from + plan.batchSize(), end);
      ahead.addLast(threads.submit(() -> assemble(from, to)));
      next = to;
    }
  }

  private Minibatch assemble(int from, int to) {
    return maker.make(IntStream.range(from, to).map(order::example).boxed().toList());
  }
}
