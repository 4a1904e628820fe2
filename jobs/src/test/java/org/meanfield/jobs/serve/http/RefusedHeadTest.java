package org.meanfield.jobs.serve.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.meanfield.jobs.serve.TinyExports;

/** Requests whose head is wrong: their senders learn why, and the server keeps nothing of them. */
@Timeout(60)
class RefusedHeadTest {
  private static final String INFER = "/v2/models/classifier/infer";
  @TempDir private Path folder;

  @Test
  void aWrongHeadKeepsNoReplacedModelOpen() {
    TinyExports.write(folder, 1);
    try (ServerFixture fixture = new ServerFixture(ServerFixture.LIMITS)) {
      fixture.serve("replaced", folder);
      assertThat(lanesOf("replaced")).isPositive();
      assertThat(
              fixture
                  .post(INFER, new byte[2], "Inference-Header-Content-Length", "many")
                  .statusCode())
          .isEqualTo(400);
      assertThat(fixture.post("/v1/classify?top=all", new byte[2]).statusCode()).isEqualTo(400);
      fixture.serve("next", folder);
      assertThat(lanesOf("replaced")).isZero();
    }
  }

  @Test
  void aQueryThatCannotBeReadIsTheSendersFault() throws IOException {
    TinyExports.write(folder, 1);
    try (ServerFixture fixture = new ServerFixture(ServerFixture.LIMITS)) {
      fixture.serve("1", folder);
      for (String query : new String[] {"top=%zz", "top=%FF%FE", "%"}) {
        assertThat(status(fixture, "/v1/classify?" + query)).as(query).contains(" 400 ");
      }
    }
  }

  /** Jetty refuses these itself, before there is a request that a handler could answer. */
  @ParameterizedTest
  @CsvSource({
    "'GET / HTTP/1.1\r\nHost a\r\n\r\n', 400",
    "'GET / HTTP/1.1\r\n\r\n', 400",
    "'GET /v2/%zz HTTP/1.1\r\nHost: a\r\n\r\n', 400",
    "'PUT /v2/%zz HTTP/1.1\r\nHost: a\r\n\r\n', 400",
    "'GET / HTTP/7.5\r\nHost: a\r\n\r\n', 505",
    "'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n', 400",
  })
  void whatIsNoHttpIsToldInTheFormOfAllErrors(String head, int status) throws IOException {
    try (ServerFixture fixture = new ServerFixture(ServerFixture.LIMITS)) {
      assertThat(answer(fixture, head))
          .startsWith("HTTP/1.1 " + status)
          .contains("Content-Type: application/json")
          .containsPattern("\r\n\r\n\\{\"error\":\".+\"}$");
    }
  }

  @Test
  void aLongUrlIsToldInTheFormOfAllErrors() throws IOException {
    try (ServerFixture fixture = new ServerFixture(ServerFixture.LIMITS)) {
      String head = "GET /" + "a".repeat(20_000) + " HTTP/1.1\r\nHost: a\r\n\r\n";
      assertThat(answer(fixture, head)).startsWith("HTTP/1.1 414").contains("{\"error\":\"");
    }
  }

  /** What a client that checks no URL gets. */
  private static String status(ServerFixture fixture, String target) throws IOException {
    String head =
        "POST " + target + " HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close";
    return answer(fixture, head + "\r\n\r\nxx").lines().findFirst().orElseThrow();
  }

  /** All that comes until the server closes the connection. */
  private static String answer(ServerFixture fixture, String sent) throws IOException {
    try (Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), fixture.server.address().getPort())) {
      socket.getOutputStream().write(sent.getBytes(US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), US_ASCII);
    }
  }

  private static long lanesOf(String version) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("lane-" + version + "-"))
        .count();
  }
}
