package org.meanfield.jobs.retrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is told, and that nothing depends on it. */
class WebhookTest {
  private HookServer hook;
  @TempDir Path folder;

  @BeforeEach
  void listen() throws IOException {
    hook = new HookServer();
  }

  @AfterEach
  void stop() {
    hook.close();
  }

  @Test
  void aFailureIsToldAndAfterThreeNothingIsTriedUntilForced() {
    RetrainCommands commands = new RetrainCommands(folder);
    List<JsonNode> told = hook.told;
    for (int attempt = 1; attempt <= 3; attempt++) {
      assertThat(commands.run("--set", hook.setting())).as("no folder of deliveries").isEqualTo(3);
      assertThat(told).hasSize(attempt);
      assertThat(told.get(attempt - 1).get("status").asText()).isEqualTo("failed");
      assertThat(told.get(attempt - 1).get("failuresInARow").asInt()).isEqualTo(attempt);
      assertThat(told.get(attempt - 1).get("message").asText()).contains("is no folder");
    }
    theBlockIsToldOnce(commands);
    hook.answers(500);
    assertThat(commands.run("--force", "--set", hook.setting()))
        .as("an angry webhook")
        .isEqualTo(3);
    hook.close();
    assertThat(commands.run("--force", "--set", hook.setting())).as("no webhook").isEqualTo(3);
    commands.deliver("day-1", 0, 0);
    assertThat(commands.run("--dry-run")).as("an empty delivery").isEqualTo(3);
  }

  private void theBlockIsToldOnce(RetrainCommands commands) {
    List<JsonNode> told = hook.told;
    assertThat(commands.run()).as("nobody to tell").isEqualTo(6);
    assertThat(commands.printed()).contains("3 attempts failed in a row", "is no folder");
    hook.answers(500);
    assertThat(commands.run("--set", hook.setting()))
        .as("an angry webhook is told again")
        .isEqualTo(6);
    hook.answers(200);
    for (int start = 1; start <= 3; start++) {
      assertThat(commands.run("--set", hook.setting())).isEqualTo(6);
      assertThat(told).hasSize(5);
    }
    for (JsonNode blocked : told.subList(3, 5)) {
      assertThat(blocked.get("status").asText()).isEqualTo("blocked");
      assertThat(blocked.get("failuresInARow").asInt()).isEqualTo(3);
      assertThat(blocked.get("message").asText()).contains("is no folder", "--force");
    }
    assertThat(commands.run("--force", "--set", hook.setting())).isEqualTo(3);
    assertThat(told.get(5).get("status").asText()).isEqualTo("failed");
    for (int start = 1; start <= 2; start++) {
      assertThat(commands.run("--set", hook.setting())).isEqualTo(6);
      assertThat(told).as("a new block").hasSize(7);
    }
    assertThat(told.get(6).get("failuresInARow").asInt()).isEqualTo(4);
  }

  @Test
  void whatIsFoundWrongBeforeARunIsToldToo() throws IOException {
    RetrainCommands commands =
        new RetrainCommands(folder)
            .with(hook.setting())
            .with("mlflow.tracking-uri=http://127.0.0.1:1");
    Files.createDirectories(commands.at("registry/history"));
    Files.writeString(commands.at("registry/history/00000001.json"), "damaged");
    assertThat(commands.run()).as(commands.printed()).isEqualTo(5);
    assertThat(hook.told).hasSize(1);
    assertThat(hook.told.get(0).get("message").asText()).contains("00000001.json");
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
