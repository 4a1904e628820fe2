package org.meanfield.jobs.serve.http;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.meanfield.image.BadImageException;
import org.meanfield.jobs.serve.http.Route.Endpoint;
import org.meanfield.jobs.serve.model.CurrentModel;
import org.meanfield.jobs.serve.model.CurrentModel.Lease;
import org.meanfield.jobs.serve.protocol.BadRequestException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every request of the server: finds its endpoint, holds the limits, and counts. */
final class ApiHandler extends Handler.Abstract {
  /** How much of a body is JSON, where binary tensors follow it. */
  static final String JSON_LENGTH = "Inference-Header-Content-Length";

  private static final Logger LOGGER = LoggerFactory.getLogger(ApiHandler.class);
  private static final int DEFAULT_TOP = 5;

  private final CurrentModel current;
  private final ServerLimits limits;
  private final Metrics metrics;
  private final Computing computing;
  private final Telling telling;
  private final Bodies bodies;

  ApiHandler(
      CurrentModel current,
      ServerLimits limits,
      Metrics metrics,
      Computing computing,
      Telling telling) {
    this.current = current;
    this.limits = limits;
    this.metrics = metrics;
    this.computing = computing;
    this.telling = telling;
    this.bodies = new Bodies(limits, metrics.arriving());
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    HttpExchange exchange = new HttpExchange(request, response, callback, metrics);
    Optional<Route> found = Route.of(request.getHttpURI().getDecodedPath());
    if (found.isEmpty()) {
      exchange.send(Reply.error(404, "There is nothing at " + request.getHttpURI().getPath()));
      return true;
    }
    Route route = found.get();
    exchange.at(route.endpoint());
    String method = request.getMethod();
    if (route.endpoint().isComputed()) {
      if (!method.equals("POST")) {
        exchange.send(notAllowed(method, "POST"));
      } else {
        compute(route, exchange);
      }
    } else if (!method.equals("GET") && !method.equals("HEAD")) {
      exchange.send(notAllowed(method, "GET, HEAD"));
    } else {
      exchange.send(telling.tell(route));
    }
    return true;
  }

  private void compute(Route route, HttpExchange exchange) {
    Request request = exchange.request();
    if (metrics.computing().taken() >= limits.concurrent()) {
      // Keeping nothing of it: what is not read could break the connection before our answer.
      CompletableFuture<byte[]> unused =
          bodies.discard(request).whenComplete((none, ended) -> exchange.send(turnedAway(ended)));
      return;
    }
    CompletableFuture<Reply> reply =
        bodies.read(request).thenCompose(bytes -> admit(route, request, bytes));
    // Sending reports its own failures to the exchange.
    CompletableFuture<Reply> unused =
        reply.whenComplete(
            (answer, failure) -> exchange.send(failure == null ? answer : refusal(failure)));
  }

  private CompletableFuture<Reply> admit(Route route, Request request, byte[] body) {
    Slots computed = metrics.computing();
    if (!computed.take(limits.concurrent())) {
      return CompletableFuture.completedFuture(busy());
    }
    try {
      return compute(route, request, body).whenComplete((answer, failure) -> computed.giveBack());
    } catch (RuntimeException | Error e) {
      computed.giveBack();
      throw e;
    }
  }

  /** Reads the whole head first: what is wrong with it must not keep a model open. */
  private CompletableFuture<Reply> compute(Route route, Request request, byte[] body) {
    if (route.endpoint() == Endpoint.CLASSIFY) {
      int top = top(request);
      return leased(route, lease -> computing.classify(lease, body, top));
    }
    int jsonLength = jsonLength(request, body.length);
    return leased(route, lease -> computing.infer(lease, body, jsonLength));
  }

  /** Ownership: {@code asked} gives the lease back. */
  private CompletableFuture<Reply> leased(
      Route route, Function<Lease, CompletableFuture<Reply>> asked) {
    Optional<Lease> lease = current.lease();
    if (lease.isEmpty()) {
      return CompletableFuture.completedFuture(Telling.noModel());
    }
    Optional<Reply> unknown = telling.unknown(route, lease.get().model());
    if (unknown.isPresent()) {
      lease.get().close();
      return CompletableFuture.completedFuture(unknown.get());
    }
    return asked.apply(lease.get());
  }

  private static int jsonLength(Request request, int bodyLength) {
    String given = request.getHeaders().get(JSON_LENGTH);
    return given == null ? bodyLength : number(JSON_LENGTH, given);
  }

  private static int top(Request request) {
    String given;
    try {
      given = Request.extractQueryParameters(request).getValue("top");
    } catch (IllegalArgumentException | IllegalStateException | HttpException.RuntimeException e) {
      throw new BadRequestException("The query of the URL cannot be read: " + e.getMessage(), e);
    }
    return given == null ? DEFAULT_TOP : Math.max(1, number("top", given));
  }

  private static int number(String name, String given) {
    try {
      return Integer.parseInt(given.strip());
    } catch (NumberFormatException e) {
      throw new BadRequestException(name + " must be a whole number; found '" + given + "'", e);
    }
  }

  private static Reply notAllowed(String method, String allowed) {
    return Reply.error(405, method + " is not allowed here, only " + allowed)
        .with("Allow", allowed);
  }

  /** The rest of the body may not be read, so that the connection cannot go on. */
  private Reply tooLong() {
    return Reply.error(413, "A body may have " + limits.bodyBytes() + " bytes at most")
        .with("Connection", "close");
  }

  private Reply busy() {
    return Reply.error(429, limits.concurrent() + " requests are being computed; try again")
        .with("Retry-After", "1");
  }

  /** A body that was read for nothing is longer than nothing; the connection goes on after it. */
  private Reply turnedAway(Throwable ended) {
    return ended == null || causeOf(ended) instanceof Bodies.TooLongException
        ? busy()
        : refusal(ended);
  }

  private static Throwable causeOf(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  private Reply refusal(Throwable failure) {
    Throwable cause = causeOf(failure);
    if (cause instanceof Bodies.TooLongException) {
      return tooLong();
    }
    if (cause instanceof Bodies.TooManyException) {
      return busy().with("Connection", "close"); // its body is not read
    }
    if (cause instanceof BadRequestException) {
      return Reply.error(400, cause.getMessage());
    }
    if (cause instanceof BadImageException image) {
      int status = image.reason() == BadImageException.Reason.TOO_LARGE ? 413 : 400;
      return Reply.error(status, image.reason().id() + ": " + image.getMessage());
    }
    if (cause instanceof TimeoutException) {
      double seconds = limits.body().toMillis() / 1000.0;
      return Reply.error(408, "The body did not arrive within " + seconds + " s")
          .with("Connection", "close");
    }
    if (cause instanceof IOException) {
      LOGGER.debug("A request broke off", cause);
      return Reply.error(408, "The body did not arrive: " + cause.getMessage())
          .with("Connection", "close");
    }
    LOGGER.error("A request failed unexpectedly", cause);
    return Reply.error(500, "The server failed on this request; its log says more");
  }
}
