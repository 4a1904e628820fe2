package org.meanfield.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Arrays;

/**
 * A connection that sends requests one after the other, as cheaply as it can: the measured server
 * has the same cores.
 */
final class PlainHttp implements AutoCloseable {
  private static final String LENGTH = "\r\nContent-Length: "; // other names may end in it

  private final Socket socket;
  private final OutputStream out;
  private final InputStream in;
  private byte[] received = new byte[8192];
  private int filled;

  PlainHttp(int port) throws IOException {
    this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    this.out = socket.getOutputStream();
    this.in = socket.getInputStream();
  }

  /** A whole POST, to be sent again and again. */
  static byte[] post(String path, String headers, byte[] body) {
    byte[] head =
        ("POST "
                + path
                + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                + body.length
                + "\r\n"
                + headers
                + "\r\n")
            .getBytes(ISO_8859_1);
    byte[] request = Arrays.copyOf(head, head.length + body.length);
    System.arraycopy(body, 0, request, head.length, body.length);
    return request;
  }

  /** A whole GET. */
  static byte[] get(String path) {
    return ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(ISO_8859_1);
  }

  /**
   * Sends a request and returns the answer's body.
   *
   * @throws IOException where the answer is not 200
   */
  byte[] send(byte[] request) throws IOException {
    out.write(request);
    filled = 0;
    int headLength = 0;
    while (headLength == 0) {
      fill();
      headLength = headLength();
    }
    String head = new String(received, 0, headLength, ISO_8859_1);
    int bodyLength = bodyLength(head);
    while (filled < headLength + bodyLength) {
      fill();
    }
    byte[] body = Arrays.copyOfRange(received, headLength, headLength + bodyLength);
    if (!head.startsWith("HTTP/1.1 200")) {
      throw new IOException(
          head.substring(0, head.indexOf('\r')) + ": " + new String(body, ISO_8859_1));
    }
    return body;
  }

  private void fill() throws IOException {
    if (filled == received.length) {
      received = Arrays.copyOf(received, 2 * filled);
    }
    int count = in.read(received, filled, received.length - filled);
    if (count < 0) {
      throw new IOException("the connection was closed after " + filled + " bytes of an answer");
    }
    filled += count;
  }

  /** With the empty line; 0 where it has not come yet. */
  private int headLength() {
    for (int i = 3; i < filled; i++) {
      if (received[i] == '\n' && received[i - 2] == '\n') {
        return i + 1;
      }
    }
    return 0;
  }

  private static int bodyLength(String head) throws IOException {
    int found = head.indexOf(LENGTH);
    if (found < 0) {
      throw new IOException("an answer without its length: " + head);
    }
    int from = found + LENGTH.length();
    return Integer.parseInt(head, from, head.indexOf('\r', from), 10);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
