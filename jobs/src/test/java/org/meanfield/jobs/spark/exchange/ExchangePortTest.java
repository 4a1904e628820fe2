package org.meanfield.jobs.spark.exchange;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.network.buffer.NioManagedBuffer;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.TransportClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import scala.Option;

/** What comes to a port from strangers and from peers that do not keep to the form. */
class ExchangePortTest {
  private static final long ID = 7;
  private static final int LARGEST = 1_000;
  private static final int ROUND = 3;
  private final List<ExchangePort> ports = new ArrayList<>();
  private Exchange exchange;

  @BeforeEach
  void open() {
    SparkConf conf = new SparkConf(false).set("spark.app.id", "test");
    SecurityManager security =
        new SecurityManager(conf, Option.empty(), SecurityManager.$lessinit$greater$default$3());
    for (int port = 0; port < 2; port++) {
      ports.add(new ExchangePort(conf, security, 0));
    }
    exchange = new Exchange(ports.get(0), ID, 2, LARGEST, 20);
  }

  @AfterEach
  void close() {
    exchange.close();
    ports.forEach(ExchangePort::close);
  }

  @Test
  void messagesThatAreForeignAreRefused() throws Exception {
    try (TransportClient client = ports.get(1).connect(peer(0))) {
      assertThatThrownBy(() -> client.sendRpcSync(ByteBuffer.allocate(100), 10_000))
          .hasMessageContaining("none of a Meanfield exchange");
    }
    assertRefused(ByteBuffer.allocate(100), "none of a Meanfield exchange");
    assertRefused(ByteBuffer.allocate(3), "none of a Meanfield exchange");
    assertRefused(head(99, 1, 0), "is not open here");
    assertRefused(head(ID, 5, 0), "at most 2 peers");
    assertRefused(head(ID, 1, LARGEST + 1), "was refused");
  }

  @Test
  void aBodyHasTheLengthThatItsHeadAnnounces() throws Exception {
    for (int body : new int[] {4, 12}) {
      try (TransportClient client = ports.get(1).connect(peer(0))) {
        assertThatThrownBy(() -> upload(client, head(ID, 1, 8), body).get(10, SECONDS))
            .isInstanceOf(ExecutionException.class);
      }
    }
    try (TransportClient client = ports.get(1).connect(peer(0))) {
      upload(client, head(ID, 1, 8), 8).get(10, SECONDS);
      assertThatThrownBy(() -> upload(client, head(ID, 1, 8), 8).get(10, SECONDS))
          .hasMessageContaining("before that of round 3 was used");
    }
  }

  private void assertRefused(ByteBuffer head, String why) throws Exception {
    try (TransportClient client = ports.get(1).connect(peer(0))) {
      assertThatThrownBy(() -> upload(client, head, 0).get(10, SECONDS)).hasMessageContaining(why);
    }
  }

  /** A message with any head and a body of zeros. */
  static Future<Void> upload(TransportClient client, ByteBuffer head, int body) {
    CompletableFuture<Void> taken = new CompletableFuture<>();
    client.uploadStream(
        new NioManagedBuffer(head),
        new NioManagedBuffer(ByteBuffer.allocate(body)),
        new RpcResponseCallback() {
          @Override
          public void onSuccess(ByteBuffer response) {
            taken.complete(null);
          }

          @Override
          public void onFailure(Throwable e) {
            taken.completeExceptionally(e);
          }
        });
    return taken;
  }

  private static ByteBuffer head(long id, int sender, int announced) {
    return new Frame(id, sender, ROUND, Phase.MOVES, null, announced).bytes();
  }

  private Peer peer(int index) {
    return new Peer("peer " + index, "localhost", ports.get(index).port());
  }
}
