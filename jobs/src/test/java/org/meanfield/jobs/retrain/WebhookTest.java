package org.meanfield.jobs.retrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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
    String hook = "retrain.webhook=" + hook();
    for (int attempt = 1; attempt <= 3; attempt++) {
      assertThat(commands.run("--set", hook)).as("no folder of deliveries").isEqualTo(3);
      assertThat(told).hasSize(attempt);
      assertThat(told.get(attempt - 1).get("status").asText()).isEqualTo("failed");
      assertThat(told.get(attempt - 1).get("failuresInARow").asInt()).isEqualTo(attempt);
      assertThat(told.get(attempt - 1).get("message").asText()).contains("is no folder");
    }
    theBlockIsToldOnce(commands, hook);
    answer = 500;
    assertThat(commands.run("--force", "--set", hook)).as("an angry webhook").isEqualTo(3);
    server.stop(0);
    assertThat(commands.run("--force", "--set", hook)).as("no webhook").isEqualTo(3);
    commands.deliver("day-1", 0, 0);
    assertThat(commands.run("--dry-run")).as("an empty delivery").isEqualTo(3);
  }

  private void theBlockIsToldOnce(RetrainCommands commands, String hook) {
    assertThat(commands.run()).as("nobody to tell").isEqualTo(6);
    assertThat(commands.printed()).contains("3 attempts failed in a row", "is no folder");
    answer = 500;
    assertThat(commands.run("--set", hook)).as("an angry webhook is told again").isEqualTo(6);
    answer = 200;
    for (int start = 1; start <= 3; start++) {
      assertThat(commands.run("--set", hook)).isEqualTo(6);
      assertThat(told).hasSize(5);
    }
    for (JsonNode blocked : told.subList(3, 5)) {
      assertThat(blocked.get("status").asText()).isEqualTo("blocked");
      assertThat(blocked.get("failuresInARow").asInt()).isEqualTo(3);
      assertThat(blocked.get("message").asText()).contains("is no folder", "--force");
    }
    assertThat(commands.run("--force", "--set", hook)).isEqualTo(3);
    assertThat(told.get(5).get("status").asText()).isEqualTo("failed");
    for (int start = 1; start <= 2; start++) {
      assertThat(commands.run("--set", hook)).isEqualTo(6);
      assertThat(told).as("a new block").hasSize(7);
    }
    assertThat(told.get(6).get("failuresInARow").asInt()).isEqualTo(4);
  }

  @Test
  void whatIsFoundWrongBeforeARunIsToldToo() throws IOException {
    RetrainCommands commands =
        new RetrainCommands(folder)
            .with("retrain.webhook=" + hook())
            .with("mlflow.tracking-uri=http://127.0.0.1:1");
    Files.createDirectories(commands.at("registry/history"));
    Files.writeString(commands.at("registry/history/00000001.json"), "damaged");
    assertThat(commands.run()).as(commands.printed()).isEqualTo(5);
    assertThat(told).hasSize(1);
    assertThat(told.get(0).get("message").asText()).contains("00000001.json");
  }

  private String hook() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook";
  }

  @Test
  void anAnswerThatNeverEndsIsNotWaitedFor() throws Exception {
    try (ServerSocket endless = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread answering =
          new Thread(
              () -> {
                try {
                  Socket caller = endless.accept();
                  String head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbeginning";
                  caller.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      answering.start();
      String url = "http://127.0.0.1:" + endless.getLocalPort() + "/hook";
      assertTimeoutPreemptively(
          Duration.ofSeconds(30),
          () -> new Webhook(url, Duration.ofMillis(500)).post(Map.of("status", "done")));
      answering.join();
    }
  }

  @Test
  void whatCannotBePostedToIsRefusedBeforeAnythingIsDone() {
    RetrainCommands commands = new RetrainCommands(folder);
    for (String bad : List.of("http://", "http://a b/", "https:///path", "ftp://host/")) {
      assertThat(commands.run("--set", "retrain.webhook=" + bad)).as(bad).isEqualTo(2);
      assertThat(commands.printed()).contains("retrain.webhook", "an http or https URL");
    }
    for (String bad : List.of("..", ".hidden", " . ")) {
      assertThat(commands.run("--run-id", bad)).as(bad).isEqualTo(2);
      assertThat(commands.printed()).contains("retrain.run-id", "without a dot");
    }
    assertThat(commands.at("retrain/plan.json")).doesNotExist();
  }
}
