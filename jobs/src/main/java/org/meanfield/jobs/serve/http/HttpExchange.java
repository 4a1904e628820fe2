package org.meanfield.jobs.serve.http;

import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.meanfield.jobs.serve.http.Route.Endpoint;

/** One request and its answer, counted when it is sent. */
final class HttpExchange {
  private final long startNanos = System.nanoTime();
  private final Request request;
  private final Response response;
  private final Callback callback;
  private final Metrics metrics;
  private String endpoint = "unknown";

  HttpExchange(Request request, Response response, Callback callback, Metrics metrics) {
    this.request = request;
    this.response = response;
    this.callback = callback;
    this.metrics = metrics;
  }

  Request request() {
    return request;
  }

  /** Where it is counted. */
  void at(Endpoint found) {
    endpoint = found.id();
  }

  /** Sends the answer; to be called once. */
  void send(Reply reply) {
    metrics.requested(endpoint, reply.status(), System.nanoTime() - startNanos);
    reply.writeTo(response, callback);
  }
}
