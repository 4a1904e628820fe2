package org.meanfield.jobs.serve.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.meanfield.data.ImageSpec;
import org.meanfield.model.FloatVector;

/**
 * Puts the images of many requests together into batches, because a network computes ten images in
 * less than ten times the time of one. A free lane takes what waits as soon as a batch is full or
 * the oldest image has waited for the longest delay; while all lanes are busy, batches fill by
 * themselves. The requests of a batch are answered one after the other on a thread that is no lane:
 * waking a thread for each of them would cost as much as answering it.
 *
 * <p>Thread-safe. Ownership: {@link #close} ends the lanes after what is queued is computed; a
 * request that is not answered yet fails where it has more.
 */
final class Batcher implements AutoCloseable {
  /** Batches of one request that wait or compute at once, for each lane: no lane runs dry. */
  private static final int BATCHES_A_LANE = 2;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Waiting> queue = new ArrayDeque<>();
  private final List<Thread> lanes = new ArrayList<>();
  private final ExecutorService answers;
  private final BatchRule rule;
  private final int imageValues;
  private final Computation computation;
  private final BatchListener listener;
  private int queuedImages;
  private boolean closed;

  /** What a lane does with a batch. */
  interface Computation {
    /** A vector of probabilities for each image. */
    List<FloatVector> compute(FloatBuffer pixels, int images);
  }

  /** A part of a request that goes into one batch. */
  private record Waiting(
      PixelBlock pixels, long sinceNanos, CompletableFuture<List<FloatVector>> answer) {}

  /**
   * Starts the lanes.
   *
   * @param name of the threads
   * @param spec of the images
   * @throws IllegalStateException where their buffers do not fit the memory; no lane runs then
   */
  Batcher(
      String name,
      ImageSpec spec,
      BatchRule rule,
      Computation computation,
      BatchListener listener) {
    this.rule = rule;
    this.imageValues = spec.values();
    this.computation = computation;
    this.listener = listener;
    this.answers =
        Executors.newFixedThreadPool(rule.lanes(), task -> daemon(task, name + "-answers"));
    // All of them before any lane: where they do not fit there is no batcher, not one that hangs.
    List<FloatBuffer> buffers = new ArrayList<>();
    for (int i = 0; i < rule.lanes(); i++) {
      buffers.add(buffer(rule, imageValues, rule.maxImages()));
    }
    for (int i = 0; i < rule.lanes(); i++) {
      FloatBuffer buffer = buffers.get(i);
      Thread lane = daemon(() -> work(buffer), name + "-" + i);
      lane.start();
      lanes.add(lane);
    }
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Queues images. More than fit a batch are computed in several, of which only a few are queued at
   * a time: other requests go in between.
   *
   * @return the probabilities of each image, in order; fails with what the network failed with;
   *     completed on a thread that may {@link #close} this batcher
   */
  CompletableFuture<List<FloatVector>> submit(PixelBlock pixels) {
    List<CompletableFuture<List<FloatVector>>> parts = new ArrayList<>();
    for (int from = 0; from < pixels.images(); from += rule.maxImages()) {
      int count = Math.min(rule.maxImages(), pixels.images() - from);
      PixelBlock part = count == pixels.images() ? pixels : pixels.slice(from, count);
      int before = parts.size() - BATCHES_A_LANE * rule.lanes();
      parts.add(before < 0 ? enqueue(part) : parts.get(before).thenCompose(done -> enqueue(part)));
    }
    if (parts.size() == 1) {
      return parts.get(0);
    }
    return CompletableFuture.allOf(parts.toArray(CompletableFuture<?>[]::new))
        .thenApply(all -> parts.stream().flatMap(part -> part.join().stream()).toList());
  }

  /** Images that no lane has taken yet. */
  int queuedImages() {
    lock.lock();
    try {
      return queuedImages;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    for (Thread lane : lanes) {
      joinUninterruptibly(lane);
    }
    answers.shutdown(); // which still does what the lanes gave it
  }

  private CompletableFuture<List<FloatVector>> enqueue(PixelBlock pixels) {
    Waiting waiting = new Waiting(pixels, System.nanoTime(), new CompletableFuture<>());
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("This batcher is closed; its model was given up");
      }
      queue.add(waiting);
      queuedImages += pixels.images();
      // Between these two moments a lane waits for the delay to pass, and needs no waking.
      if (queue.size() == 1 || queuedImages >= rule.maxImages()) {
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
    return waiting.answer();
  }

  /**
   * Memory for a batch's pixels, zeros.
   *
   * @param values of an image
   * @throws IllegalStateException where it does not fit this process
   */
  static FloatBuffer buffer(BatchRule rule, int values, int images) {
    long bytes = (long) images * values * Float.BYTES;
    try {
      return ByteBuffer.allocateDirect(Math.toIntExact(bytes))
          .order(ByteOrder.nativeOrder())
          .asFloatBuffer();
    } catch (OutOfMemoryError | ArithmeticException e) {
      throw new IllegalStateException(
          "A batch of "
              + images
              + " images takes "
              + bytes
              + " bytes on each of "
              + rule.lanes()
              + " threads, which this process does not have; lower serve.max-batch or"
              + " serve.threads, or give it more memory (-XX:MaxDirectMemorySize)",
          e);
    }
  }

  private void work(FloatBuffer buffer) {
    try {
      for (List<Waiting> batch = next(); !batch.isEmpty(); batch = next()) {
        answer(batch, buffer.clear());
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("A lane ends when its batcher is closed, not before", e);
    }
  }

  private void answer(List<Waiting> batch, FloatBuffer buffer) {
    try {
      batch.forEach(waiting -> waiting.pixels().putInto(buffer));
      int images = buffer.position() / imageValues;
      long start = System.nanoTime();
      List<FloatVector> rows = computation.compute(buffer.flip(), images);
      listener.computed(images, System.nanoTime() - start);
      answers.execute(() -> complete(batch, rows));
    } catch (RuntimeException | Error e) {
      // Each request of the batch reports it; the lane goes on with the next batch.
      answers.execute(() -> batch.forEach(waiting -> waiting.answer().completeExceptionally(e)));
    }
  }

  private static void complete(List<Waiting> batch, List<FloatVector> rows) {
    int from = 0;
    for (Waiting waiting : batch) {
      int to = from + waiting.pixels().images();
      waiting.answer().complete(List.copyOf(rows.subList(from, to)));
      from = to;
    }
  }

  /** Waits for the next batch; empty where there will be none. */
  private List<Waiting> next() throws InterruptedException {
    lock.lock();
    try {
      while (queuedImages < rule.maxImages() && !closed) {
        if (queue.isEmpty()) {
          changed.await();
          continue;
        }
        long waited = System.nanoTime() - queue.peek().sinceNanos();
        if (waited >= rule.maxDelay().toNanos()) {
          break;
        }
        // Whether it was long enough is computed anew from the queue.
        long unused = changed.awaitNanos(rule.maxDelay().toNanos() - waited);
      }
      return take();
    } finally {
      lock.unlock();
    }
  }

  private List<Waiting> take() {
    List<Waiting> batch = new ArrayList<>();
    int images = 0;
    while (!queue.isEmpty() && images + queue.peek().pixels().images() <= rule.maxImages()) {
      images += queue.peek().pixels().images();
      batch.add(queue.remove());
    }
    queuedImages -= images;
    if (!queue.isEmpty()) {
      changed.signal(); // another lane may be waiting for an arrival that has already been
    }
    return batch;
  }

  private static void joinUninterruptibly(Thread lane) {
    boolean interrupted = false;
    while (true) {
      try {
        lane.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
