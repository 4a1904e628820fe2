package org.meanfield.jobs.serve.http;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Request;

/**
 * Bodies as they arrive. One that arrives slowly keeps no request from the network: it has slots of
 * its own, more than the network has, and a time limit.
 */
final class Bodies {
  /** As many times as requests that are computed may arrive at once. */
  static final int ARRIVING_FACTOR = 4;

  private final ServerLimits limits;
  private final Slots arriving;

  Bodies(ServerLimits limits, Slots arriving) {
    this.limits = limits;
    this.arriving = arriving;
  }

  /** More bodies are arriving than the server takes. */
  static final class TooManyException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** A body is longer than the limit. */
  static final class TooLongException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /**
   * Reads one.
   *
   * @return fails with {@link TooManyException}, {@link TooLongException}, a TimeoutException where
   *     it takes too long, what broke the connection, or what the program itself failed with
   */
  CompletableFuture<byte[]> read(Request request) {
    return read(request, limits.bodyBytes());
  }

  /**
   * Reads one for nothing, so that its sender sees the answer that is sent then.
   *
   * @return completes, or fails as {@link #read(Request)} does; never with bytes
   */
  CompletableFuture<byte[]> discard(Request request) {
    return read(request, 0);
  }

  private CompletableFuture<byte[]> read(Request request, int kept) {
    CompletableFuture<byte[]> body = new CompletableFuture<>();
    if (!arriving.take(ARRIVING_FACTOR * limits.concurrent())) {
      body.completeExceptionally(new TooManyException());
      return body;
    }
    CompletableFuture<byte[]> counted = body.whenComplete((bytes, failure) -> arriving.giveBack());
    try {
      BodyReader.start(request, kept, limits.bodyBytes(), body);
    } catch (RuntimeException | Error e) {
      body.completeExceptionally(e); // no memory for it: its slot must come back all the same
    }
    // Jetty's own limit ends what is silent; one byte now and then would go on for ever.
    if (!body.isDone()) {
      CompletableFuture<byte[]> unused =
          body.orTimeout(limits.body().toMillis(), TimeUnit.MILLISECONDS);
    }
    return counted;
  }
}
