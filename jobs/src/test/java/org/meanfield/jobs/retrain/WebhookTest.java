package org.meanfield.jobs.retrain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is told, and that nothing depends on it. */
class WebhookTest {
  private final List<JsonNode> told = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private int answer = 200;
  @TempDir Path folder;

  @BeforeEach
  void listen() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/hook",
        exchange -> {
          told.add(new ObjectMapper().readTree(exchange.getRequestBody().readAllBytes()));
          exchange.sendResponseHeaders(answer, -1);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void aFailureIsToldAndAfterThreeNothingIsTriedUntilForced() {
    RetrainCommands commands = new RetrainCommands(folder);
    String hook = "retrain.webhook=http://127.0.0.1:" + server.getAddress().getPort() + "/hook";
    for (int attempt = 1; attempt <= 3; attempt++) {
      assertThat(commands.run("--set", hook)).as("no folder of deliveries").isEqualTo(3);
      assertThat(told).hasSize(attempt);
      assertThat(told.get(attempt - 1).get("status").asText()).isEqualTo("failed");
      assertThat(told.get(attempt - 1).get("failuresInARow").asInt()).isEqualTo(attempt);
      assertThat(told.get(attempt - 1).get("message").asText()).contains("is no folder");
    }
    assertThat(commands.run("--set", hook)).isEqualTo(6);
    assertThat(commands.printed()).contains("3 attempts failed in a row", "is no folder");
    answer = 500;
    assertThat(commands.run("--force", "--set", hook)).as("an angry webhook").isEqualTo(3);
    server.stop(0);
    assertThat(commands.run("--force", "--set", hook)).as("no webhook").isEqualTo(3);
    commands.deliver("day-1", 0, 0);
    assertThat(commands.run("--dry-run")).as("an empty delivery").isEqualTo(3);
  }
}
