package org.meanfield.jobs.spark.exchange;

import io.netty.channel.Channel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.StreamCallbackWithID;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.client.TransportClientBootstrap;
import org.apache.spark.network.client.TransportClientFactory;
import org.apache.spark.network.crypto.AuthClientBootstrap;
import org.apache.spark.network.crypto.AuthServerBootstrap;
import org.apache.spark.network.netty.SparkTransportConf;
import org.apache.spark.network.server.OneForOneStreamManager;
import org.apache.spark.network.server.RpcHandler;
import org.apache.spark.network.server.StreamManager;
import org.apache.spark.network.server.TransportServer;
import org.apache.spark.network.server.TransportServerBootstrap;
import org.apache.spark.network.util.TransportConf;
import scala.Option;

/**
 * Where a process takes part in exchanges: Spark's own transport, with authentication and
 * encryption as Spark is configured.
 */
public final class ExchangePort implements AutoCloseable {
  private static final String MODULE = "exchange";
  private static final String CONNECTION_TIMEOUT =
      "spark." + MODULE + ".io.connectionCreationTimeout";
  private static final int CONNECTION_SECONDS = 10;

  private final ConcurrentMap<Long, Exchange> open = new ConcurrentHashMap<>();
  private final ConcurrentMap<Channel, Origin> origins = new ConcurrentHashMap<>();
  private final TransportContext context;
  private final TransportServer server;
  private final TransportClientFactory clients;

  /**
   * Listens.
   *
   * @param port 0 for any free one
   */
  public ExchangePort(SparkConf conf, SecurityManager security, int port) {
    // Spark's own two minutes would outlast a short train.round-timeout, and all would seem to
    // hang.
    SparkConf hasty = conf.clone().setIfMissing(CONNECTION_TIMEOUT, CONNECTION_SECONDS + "s");
    TransportConf transport = SparkTransportConf.fromSparkConf(hasty, MODULE, 2, Option.empty());
    this.context = new TransportContext(transport, new Receiver());
    boolean authenticates = security.isAuthenticationEnabled();
    List<TransportServerBootstrap> accept =
        authenticates ? List.of(new AuthServerBootstrap(transport, security)) : List.of();
    List<TransportClientBootstrap> connect =
        authenticates
            ? List.of(new AuthClientBootstrap(transport, conf.getAppId(), security))
            : List.of();
    this.server = context.createServer(port, accept);
    this.clients = context.createClientFactory(connect);
  }

  /** Where it listens. */
  public int port() {
    return server.getPort();
  }

  @Override
  public void close() {
    clients.close();
    server.close();
    context.close();
  }

  void register(Exchange exchange) {
    if (open.putIfAbsent(exchange.id(), exchange) != null) {
      throw new IllegalStateException("Exchange " + exchange.id() + " is open already");
    }
  }

  void unregister(Exchange exchange) {
    open.remove(exchange.id(), exchange);
  }

  /** A connection of its own, so that its end tells the peer that this exchange ended. */
  TransportClient connect(Peer peer) throws InterruptedException {
    try {
      return clients.createUnmanagedClient(peer.host(), peer.port());
    } catch (IOException e) {
      throw new ExchangeException(peer + " cannot be reached: " + e.getMessage(), e);
    }
  }

  private record Origin(Exchange exchange, int sender) {}

  /** One message on its way in. */
  private record Arriving(Exchange exchange, Frame frame) implements StreamCallbackWithID {
    @Override
    public String getID() {
      return "exchange-" + frame.exchange() + "-" + frame.phase();
    }

    @Override
    public void onData(String id, ByteBuffer piece) {
      exchange.more(frame, piece);
    }

    @Override
    public void onComplete(String id) {
      exchange.arrived(frame);
    }

    @Override
    public void onFailure(String id, Throwable cause) {
      exchange.gone(frame.sender(), "broke off a message: " + cause.getMessage());
    }
  }

  /** Takes messages on the transport's threads; must not wait. */
  private final class Receiver extends RpcHandler {
    private final StreamManager streams = new OneForOneStreamManager();

    /** Messages are streams, so that a body is copied once, from the network to where it waits. */
    @Override
    public StreamCallbackWithID receiveStream(
        TransportClient client, ByteBuffer head, RpcResponseCallback callback) {
      Frame frame = Frame.read(head);
      Exchange exchange = open.get(frame.exchange());
      if (exchange == null) {
        throw new ExchangeException(
            "Exchange " + frame.exchange() + " is not open here: it ended, or is another's");
      }
      exchange.begins(frame);
      origins.putIfAbsent(client.getChannel(), new Origin(exchange, frame.sender()));
      return new Arriving(exchange, frame);
    }

    @Override
    public void receive(TransportClient client, ByteBuffer message, RpcResponseCallback callback) {
      callback.onFailure(
          new ExchangeException("A message that is none of a Meanfield exchange was refused"));
    }

    @Override
    public StreamManager getStreamManager() {
      return streams;
    }

    @Override
    public void channelInactive(TransportClient client) {
      Origin origin = origins.remove(client.getChannel());
      if (origin != null) {
        origin.exchange().gone(origin.sender(), "closed its connection");
      }
    }
  }
}
