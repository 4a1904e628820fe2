package org.meanfield.jobs.spark.exchange;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.network.buffer.ManagedBuffer;
import org.apache.spark.network.buffer.NioManagedBuffer;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.TransportClient;

/**
 * One process's part in one exchange between peers: messages out, messages in, and the end of it as
 * soon as somebody who is waited for is gone. Messages that come early wait here; each peer is at
 * most one message of each phase ahead.
 */
public final class Exchange implements AutoCloseable {
  /** A message without a body. */
  static final ManagedBuffer NOTHING = new NioManagedBuffer(ByteBuffer.allocate(0));

  private static final int HELLO_ROUND = -1;

  private final ExchangePort port;
  private final long id;
  private final int maxPeers;
  private final int maxBody;
  private final double timeoutSeconds;
  private final Slot[] slots;
  private final ByteBuffer[] outgoing;
  private final String[] gone;
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong received = new AtomicLong();
  private List<Peer> peers = List.of();
  private List<TransportClient> connections = List.of();
  private int self;
  private int unacknowledged;

  /**
   * Takes messages from now on.
   *
   * @param id the same for all peers, and no other exchange's
   * @param maxPeers how many there may be
   * @param maxBody bytes of the largest message
   * @param timeoutSeconds how long a peer is waited for in a round
   */
  public Exchange(ExchangePort port, long id, int maxPeers, int maxBody, double timeoutSeconds) {
    this.port = port;
    this.id = id;
    this.maxPeers = maxPeers;
    this.maxBody = maxBody;
    this.timeoutSeconds = timeoutSeconds;
    this.slots = new Slot[Phase.values().length * maxPeers];
    this.outgoing = new ByteBuffer[slots.length];
    this.gone = new String[maxPeers];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = new Slot();
    }
    port.register(this);
  }

  /** A peer's message as it arrives. */
  private static final class Slot {
    private boolean full;
    private int round;
    private byte[] bytes = new byte[0];
    private int length;
    private int filled;
    private Diverged diverged;
  }

  /**
   * A message that was waited for.
   *
   * @param body little-endian; valid until the peer's next message of the phase
   * @param diverged null where all of the sender's workers are well
   */
  record Arrival(ByteBuffer body, Diverged diverged) {}

  /**
   * Connects to all others.
   *
   * @param self this process's index among the peers
   * @throws ExchangeException where one cannot be reached or does not know the exchange
   */
  public void connect(int self, List<Peer> peers) throws InterruptedException {
    List<TransportClient> clients = new ArrayList<>();
    synchronized (this) {
      this.self = self;
      this.peers = List.copyOf(peers);
      this.connections = clients;
    }
    for (int peer = 0; peer < peers.size(); peer++) {
      clients.add(peer == self ? null : port.connect(peers.get(peer)));
    }
    for (int peer = 0; peer < peers.size(); peer++) {
      if (peer != self) {
        send(peer, Phase.HELLO, HELLO_ROUND, null, NOTHING);
      }
    }
    long deadline = deadline();
    for (int peer = 0; peer < peers.size(); peer++) {
      if (peer != self) {
        await(peer, Phase.HELLO, HELLO_ROUND, deadline);
      }
    }
  }

  /** How many take part. */
  public synchronized int size() {
    return peers.size();
  }

  /** This process's index among them. */
  public synchronized int self() {
    return self;
  }

  /** Bytes sent so far, heads included. */
  public long sentBytes() {
    return sent.get();
  }

  /** Bytes received so far, heads included. */
  long receivedBytes() {
    return received.get();
  }

  /** Waits until the peers have all that was sent to them, so that closing loses nothing. */
  public synchronized void finish() throws InterruptedException {
    long deadline = deadline();
    while (unacknowledged > 0 && System.nanoTime() < deadline) {
      TimeUnit.NANOSECONDS.timedWait(this, deadline - System.nanoTime());
    }
  }

  /** Ends this part; the peers notice at once. */
  @Override
  public void close() {
    port.unregister(this);
    List<TransportClient> clients;
    synchronized (this) {
      clients = new ArrayList<>(connections);
    }
    for (TransportClient client : clients) {
      if (client != null) {
        client.close();
      }
    }
  }

  long id() {
    return id;
  }

  /** When to give up waiting, from now on. */
  long deadline() {
    return System.nanoTime() + (long) (timeoutSeconds * 1e9);
  }

  /**
   * Room for the body of a message, little-endian. Ownership: the exchange's; the peer has what was
   * in it when the next round comes to the same phase, because rounds wait for each other.
   */
  ByteBuffer body(int peer, Phase phase, int bytes) {
    int at = phase.code() * maxPeers + peer;
    if (outgoing[at] == null || outgoing[at].capacity() < bytes) {
      outgoing[at] = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
    return outgoing[at].clear().limit(bytes);
  }

  /** A body made with {@link #body} as it is sent: all of it, up to its limit. */
  static ManagedBuffer whole(ByteBuffer body) {
    return new NioManagedBuffer(body.duplicate().position(0));
  }

  /**
   * Sends a message.
   *
   * @param body what is in it must stay until the peer has it; {@link #NOTHING} for none
   */
  void send(int peer, Phase phase, int round, Diverged diverged, ManagedBuffer body) {
    int length = Math.toIntExact(body.size());
    ByteBuffer head = new Frame(id, self(), round, phase, diverged, length).bytes();
    sent.addAndGet(Frame.BYTES + (long) length);
    TransportClient client;
    synchronized (this) {
      client = connections.get(peer);
      unacknowledged++;
    }
    client.uploadStream(
        new NioManagedBuffer(head),
        body,
        new RpcResponseCallback() {
          @Override
          public void onSuccess(ByteBuffer response) {
            acknowledged();
          }

          @Override
          public void onFailure(Throwable e) {
            gone(peer, "took no message of phase " + phase + ": " + firstLine(e));
            acknowledged();
          }
        });
  }

  private synchronized void acknowledged() {
    unacknowledged--;
    if (unacknowledged == 0) {
      notifyAll(); // else whoever waits for a peer's message would wake up for nothing
    }
  }

  /** On the transport's thread: makes room for a message whose body is still to come. */
  void begins(Frame frame) {
    if (frame.sender() < 0 || frame.sender() >= maxPeers || frame.length() > maxBody) {
      throw new ExchangeException(
          "A message of peer "
              + frame.sender()
              + " with "
              + frame.length()
              + " bytes was refused;"
              + " there are at most "
              + maxPeers
              + " peers and "
              + maxBody
              + " bytes");
    }
    synchronized (this) {
      Slot slot = slot(frame.phase(), frame.sender());
      if (slot.full) {
        throw new ExchangeException(
            "Peer "
                + frame.sender()
                + " sent "
                + frame.phase()
                + " of round "
                + frame.round()
                + " before that of round "
                + slot.round
                + " was used");
      }
      if (slot.bytes.length < frame.length()) {
        slot.bytes = new byte[frame.length()];
      }
      slot.length = frame.length();
      slot.filled = 0;
      slot.round = frame.round();
      slot.diverged = frame.diverged();
    }
  }

  /** On the transport's thread: more of a message's body; only that thread touches it by now. */
  void more(Frame frame, ByteBuffer piece) {
    Slot slot = slot(frame.phase(), frame.sender());
    int bytes = piece.remaining();
    if (bytes > slot.length - slot.filled) {
      throw wrongLength(frame, slot.filled + bytes);
    }
    piece.get(slot.bytes, slot.filled, bytes);
    slot.filled += bytes;
  }

  /** On the transport's thread: the message is whole, and kept until it is asked for. */
  synchronized void arrived(Frame frame) {
    Slot slot = slot(frame.phase(), frame.sender());
    if (slot.filled != slot.length) {
      throw wrongLength(frame, slot.filled);
    }
    slot.full = true;
    received.addAndGet(Frame.BYTES + (long) slot.length);
    notifyAll();
  }

  private static ExchangeException wrongLength(Frame frame, int bytes) {
    return new ExchangeException(
        "A message of phase "
            + frame.phase()
            + " with "
            + bytes
            + " bytes was refused; its head announces "
            + frame.length());
  }

  /** On the transport's thread: nothing more will come from a peer. */
  synchronized void gone(int peer, String why) {
    if (gone[peer] == null) {
      gone[peer] = why;
    }
    notifyAll();
  }

  /**
   * A peer's message, waited for.
   *
   * @param deadline of {@link System#nanoTime}
   * @throws ExchangeException where the peer is gone or late
   */
  synchronized Arrival await(int peer, Phase phase, int round, long deadline)
      throws InterruptedException {
    Slot slot = slot(phase, peer);
    while (!slot.full) {
      if (gone[peer] != null) {
        throw new ExchangeException(
            peers.get(peer)
                + " "
                + gone[peer]
                + " (round "
                + round
                + ", waiting for "
                + phase
                + ")");
      }
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        throw late(peer, phase, round);
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    if (slot.round != round) {
      throw new ExchangeException(
          peers.get(peer) + " sent " + phase + " of round " + slot.round + ", expected " + round);
    }
    slot.full = false;
    return new Arrival(
        ByteBuffer.wrap(slot.bytes, 0, slot.length).order(ByteOrder.LITTLE_ENDIAN), slot.diverged);
  }

  private ExchangeException late(int peer, Phase phase, int round) {
    List<Integer> silent = new ArrayList<>();
    for (int other = 0; other < peers.size(); other++) {
      if (other != self && other >= peer && !slot(phase, other).full) {
        silent.add(other);
      }
    }
    return new ExchangeException(
        peers.get(peer)
            + " sent no "
            + phase
            + " of round "
            + round
            + " within "
            + timeoutSeconds
            + " s; if rounds take that long, raise train.round-timeout",
        silent);
  }

  private Slot slot(Phase phase, int peer) {
    return slots[phase.code() * maxPeers + peer];
  }

  private static String firstLine(Throwable e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse(e.toString());
  }
}
