package org.meanfield.jobs.retrain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Somebody else's server that keeps every JSON that {@code retrain.webhook} posts to it. */
final class HookServer implements AutoCloseable {
  /** What came, in order. */
  final List<JsonNode> told = new CopyOnWriteArrayList<>();

  private final HttpServer server;
  private final String url;
  private volatile int answer = 200;

  /** Listens on a free port of this machine. */
  HookServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/hook",
        exchange -> {
          told.add(new ObjectMapper().readTree(exchange.getRequestBody().readAllBytes()));
          exchange.sendResponseHeaders(answer, -1);
          exchange.close();
        });
    server.start();
    url = "http://127.0.0.1:" + server.getAddress().getPort() + "/hook";
  }

  /** The setting that has a command tell this server. */
  String setting() {
    return "retrain.webhook=" + url;
  }

  /** Answers with such a status from now on. */
  void answers(int status) {
    answer = status;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
