package org.meanfield.jobs.serve.http;

import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/**
 * Reads a body as it arrives. Of one that is too long it keeps nothing, but reads on for a while: a
 * connection that is closed while its sender still writes breaks, and the sender never sees the
 * answer that says why.
 */
final class BodyReader implements Runnable {
  /** How many times the usual limit is read of a body that is too long. */
  private static final int PATIENCE = 3;

  /** What is kept free for a body before any of it is there: what it announces may never come. */
  private static final int FIRST_BYTES = 64 << 10;

  private final Request request;
  private final int limit;
  private final long patience;
  private final int most;
  private final CompletableFuture<byte[]> body;
  private byte[] kept;
  private long seen;

  private BodyReader(Request request, int limit, int usual, CompletableFuture<byte[]> body) {
    this.request = request;
    this.limit = limit;
    this.patience = (long) PATIENCE * usual;
    this.body = body;
    long announced = request.getLength();
    this.most = announced >= 0 && announced <= limit ? Math.toIntExact(announced) : limit;
    this.kept = new byte[Math.min(most, FIRST_BYTES)];
  }

  /**
   * Begins.
   *
   * @param limit in bytes; a body of more is too long
   * @param usual limit of the server
   * @param body gets the bytes, a {@link Bodies.TooLongException}, or what broke the connection;
   *     where it is completed before, reading ends
   */
  static void start(Request request, int limit, int usual, CompletableFuture<byte[]> body) {
    if (request.getLength() > limit && request.getHeaders().contains(HttpHeader.EXPECT)) {
      body.completeExceptionally(new Bodies.TooLongException()); // the sender waits for our word
    } else {
      new BodyReader(request, limit, usual, body).run();
    }
  }

  @Override
  public void run() {
    while (!body.isDone()) {
      Content.Chunk chunk = request.read();
      if (chunk == null) {
        request.demand(this);
        return;
      }
      if (Content.Chunk.isFailure(chunk)) {
        body.completeExceptionally(chunk.getFailure());
        request.fail(chunk.getFailure());
        return;
      }
      boolean ended = chunk.isLast();
      try {
        keep(chunk);
      } catch (OutOfMemoryError e) {
        body.completeExceptionally(e); // its slot must come back at once
        return;
      } finally {
        chunk.release();
      }
      if (ended || seen > patience) {
        end();
      }
    }
  }

  private void keep(Content.Chunk chunk) {
    int from = Math.toIntExact(Math.min(seen, limit));
    int count = chunk.remaining();
    seen += count;
    if (seen > limit) {
      return;
    }
    if (seen > kept.length) {
      kept = Arrays.copyOf(kept, Math.toIntExact(Math.min(most, Math.max(seen, 2L * kept.length))));
    }
    chunk.get(kept, from, count);
  }

  private void end() {
    if (seen > limit) {
      body.completeExceptionally(new Bodies.TooLongException());
    } else {
      body.complete(seen == kept.length ? kept : Arrays.copyOf(kept, Math.toIntExact(seen)));
    }
  }
}
