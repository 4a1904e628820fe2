package org.meanfield.jobs.serve.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.image.PixelImage;
import org.meanfield.image.PngEncoder;
import org.meanfield.jobs.serve.TinyExports;

/** Whose body does not arrive keeps nobody else waiting, and is sent away in the end. */
@Timeout(60)
class SlowSendersTest {
  private static final int CONCURRENT = 2;
  private static final byte[] IMAGE =
      PngEncoder.encode(new PixelImage(4, 4, 3, new byte[4 * 4 * 3]));

  @TempDir private Path folder;

  @Test
  void moreOfThemThanTheNetworkHasSlotsHoldUpNobody() throws IOException {
    List<Socket> slow = new ArrayList<>();
    try (ServerFixture fixture = fixture(Duration.ofMinutes(1))) {
      int most = Bodies.ARRIVING_FACTOR * CONCURRENT;
      for (int i = 0; i < most - 1; i++) {
        slow.add(begin(fixture));
      }
      await(fixture, "meanfield_requests_arriving " + (most - 1) + "\n");
      assertThat(fixture.post("/v1/classify", IMAGE).statusCode()).isEqualTo(200);
      slow.add(begin(fixture));
      await(fixture, "meanfield_requests_arriving " + most + "\n");
      assertThat(fixture.post("/v1/classify", IMAGE).statusCode())
          .as("all are slow")
          .isEqualTo(429);
      slow.get(0).close();
      await(fixture, "meanfield_requests_arriving " + (most - 1) + "\n");
      assertThat(fixture.post("/v1/classify", IMAGE).statusCode()).isEqualTo(200);
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  @Test
  void aBodyThatTakesTooLongIsAnswered408AndTheConnectionEnds() throws IOException {
    try (ServerFixture fixture = fixture(Duration.ofMillis(200));
        Socket slow = begin(fixture)) {
      String answer = new String(slow.getInputStream().readAllBytes(), UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 408 ").contains("did not arrive within 0.2 s");
      await(fixture, "meanfield_requests_arriving 0\n");
      assertThat(fixture.post("/v1/classify", IMAGE).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void whatIsOnlyAnnouncedTakesNoMemory() throws IOException {
    List<Socket> slow = new ArrayList<>();
    try (ServerFixture fixture = fixture(Integer.MAX_VALUE, Duration.ofMinutes(1))) {
      int most = Bodies.ARRIVING_FACTOR * CONCURRENT;
      for (int i = 0; i < most - 1; i++) {
        slow.add(begin(fixture, Integer.MAX_VALUE));
      }
      await(fixture, "meanfield_requests_arriving " + (most - 1) + "\n");
      assertThat(fixture.post("/v1/classify", IMAGE).statusCode()).isEqualTo(200);
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  private ServerFixture fixture(Duration body) {
    return fixture(64 << 10, body);
  }

  private ServerFixture fixture(int bodyBytes, Duration body) {
    TinyExports.write(folder, 1);
    ServerFixture fixture = new ServerFixture(ServerFixture.limits(bodyBytes, CONCURRENT, body));
    fixture.serve("1", folder);
    return fixture;
  }

  /** All of the head, and one byte of the body. */
  private static Socket begin(ServerFixture fixture) throws IOException {
    return begin(fixture, 100);
  }

  private static Socket begin(ServerFixture fixture, int length) throws IOException {
    Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), fixture.server.address().getPort());
    String head =
        "POST /v1/classify HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + "\r\n\r\nx";
    socket.getOutputStream().write(head.getBytes(US_ASCII));
    return socket;
  }

  private static void await(ServerFixture fixture, String line) {
    while (!new String(fixture.get("/metrics").body(), UTF_8).contains(line)) {
      Thread.onSpinWait();
    }
  }
}
