package org.meanfield.jobs.serve.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
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

  /** What a client that checks no URL gets. */
  private static String status(ServerFixture fixture, String target) throws IOException {
    try (Socket socket =
            new Socket(InetAddress.getLoopbackAddress(), fixture.server.address().getPort());
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII))) {
      String head = "POST " + target + " HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nxx";
      socket.getOutputStream().write(head.getBytes(US_ASCII));
      return lines.readLine();
    }
  }

  private static long lanesOf(String version) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("lane-" + version + "-"))
        .count();
  }
}
