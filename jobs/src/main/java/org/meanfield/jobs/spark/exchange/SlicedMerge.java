package org.meanfield.jobs.spark.exchange;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.meanfield.average.ExchangeCodec;
import org.meanfield.average.Slice;
import org.meanfield.average.SliceMean;

/**
 * Merges the states of all peers' workers: each peer owns a slice of the state, gets everybody's
 * moves of it, and sends the mean back. Gives the bits of {@link
 * org.meanfield.average.ParameterAverager}. A peer sends and receives two states a round, however
 * many workers it hosts.
 */
public final class SlicedMerge {
  private final Exchange exchange;
  private final ExchangeCodec codec;
  private final int self;
  private final List<Slice> slices = new ArrayList<>();
  private final List<SliceMean> sums = new ArrayList<>();
  private final float[][] arrived; // by peer: what its only worker's state was decoded to

  /**
   * For states of one length.
   *
   * @param exchange connected
   */
  public SlicedMerge(Exchange exchange, ExchangeCodec codec, int length) {
    this.exchange = exchange;
    this.codec = codec;
    this.self = exchange.self();
    this.arrived = new float[exchange.size()][0];
    for (int peer = 0; peer < exchange.size(); peer++) {
      slices.add(Slice.of(peer, exchange.size(), length));
      sums.add(new SliceMean(slices.get(peer)));
    }
  }

  /** Bytes of the largest message that a merge of states of this length sends. */
  public static int largestMessage(int length) {
    return Math.multiplyExact(4, length) + 4 * Slice.BLOCK;
  }

  /**
   * What a peer knows of a round before it exchanges anything.
   *
   * @param round number
   * @param shares of the round's examples, of each peer's workers that have any
   * @param diverged this peer's lowest worker that is not finite
   */
  public record Turn(int round, List<List<Double>> shares, Optional<Diverged> diverged) {
    /** Copies. */
    public Turn {
      shares = List.copyOf(shares);
    }

    private int counted() {
      return shares.stream().mapToInt(List::size).sum();
    }

    /** Some peer adds up its workers first, so that units must be agreed on before. */
    private boolean isGrouped() {
      return counted() > 1 && shares.stream().anyMatch(peer -> peer.size() > 1);
    }
  }

  /** Either the mean, or who diverged: the same for all peers. */
  public static final class Outcome {
    private final float[] mean;
    private final Diverged diverged;

    private Outcome(float[] mean, Diverged diverged) {
      this.mean = mean;
      this.diverged = diverged;
    }

    /** The lowest worker that diverged, of all peers. */
    public Optional<Diverged> diverged() {
      return Optional.ofNullable(diverged);
    }

    /** The mean, where nobody diverged. Ownership: the caller's. */
    public float[] mean() {
      return mean;
    }
  }

  /**
   * Merges one round.
   *
   * @param base last merged state
   * @param trained states of this peer's workers with examples, in the order of their shares;
   *     ownership: the merge's
   * @throws ExchangeException where a peer is gone or late
   */
  public Outcome merge(Turn turn, float[] base, List<float[]> trained) throws InterruptedException {
    List<float[]> states = turn.diverged().isPresent() ? List.of() : trained;
    long deadline = exchange.deadline();
    List<ByteBuffer> alone = states.size() == 1 ? encoded(base, states.get(0)) : List.of();
    if (codec != ExchangeCodec.FP32) {
      states.forEach(state -> travel(base, state));
    }
    sums.forEach(SliceMean::clear);
    Diverged diverged = turn.diverged().orElse(null);
    if (turn.isGrouped()) {
      diverged = wantUnits(turn, base, states, diverged, deadline);
      if (diverged == null) {
        agreeOnUnits(turn, deadline);
      }
    }
    List<Exchange.Arrival> moves = List.of();
    if (diverged == null || !turn.isGrouped()) {
      sendMoves(turn, base, states, alone, diverged);
      moves = awaitAll(Phase.MOVES, turn, deadline);
      diverged = lowest(diverged, moves);
    }
    if (diverged != null) {
      return new Outcome(null, diverged);
    }
    float[] mean = new float[base.length];
    ownSlice(turn, base, states, moves, mean);
    exchangeMeans(turn, base, mean, deadline);
    return new Outcome(mean, null);
  }

  /** Tells each owner the units that this peer's workers need, and hears the others as an owner. */
  private Diverged wantUnits(
      Turn turn, float[] base, List<float[]> states, Diverged own, long deadline)
      throws InterruptedException {
    for (int peer = 0; peer < slices.size(); peer++) {
      SliceMean sum = sums.get(peer);
      for (float[] state : states) {
        sum.raise(base, state, slices.get(peer).from());
      }
      if (peer != self) {
        exchange.send(
            peer, Phase.UNITS_WANTED, turn.round(), own, units(peer, Phase.UNITS_WANTED, peer));
      }
    }
    List<Exchange.Arrival> wanted = awaitAll(Phase.UNITS_WANTED, turn, deadline);
    for (int peer = 0; peer < slices.size(); peer++) {
      if (peer != self) {
        ByteBuffer body = body(wanted, peer, 2 * slices.get(self).blocks(), Phase.UNITS_WANTED);
        sums.get(self).raise(body.asShortBuffer());
      }
    }
    return lowest(own, wanted);
  }

  private void agreeOnUnits(Turn turn, long deadline) throws InterruptedException {
    for (int peer = 0; peer < slices.size(); peer++) {
      if (peer != self) {
        exchange.send(
            peer, Phase.UNITS_AGREED, turn.round(), null, units(peer, Phase.UNITS_AGREED, self));
      }
    }
    List<Exchange.Arrival> agreed = awaitAll(Phase.UNITS_AGREED, turn, deadline);
    for (int peer = 0; peer < slices.size(); peer++) {
      if (peer != self) {
        ByteBuffer body = body(agreed, peer, 2 * slices.get(peer).blocks(), Phase.UNITS_AGREED);
        sums.get(peer).agree(body.asShortBuffer());
      }
    }
  }

  private ByteBuffer units(int peer, Phase phase, int slice) {
    ByteBuffer body = exchange.body(peer, phase, 2 * slices.get(slice).blocks());
    sums.get(slice).putExponents(body.asShortBuffer());
    return body;
  }

  private void sendMoves(
      Turn turn, float[] base, List<float[]> states, List<ByteBuffer> alone, Diverged diverged) {
    for (int peer = 0; peer < slices.size(); peer++) {
      if (peer != self) {
        ByteBuffer message =
            states.isEmpty() || diverged != null
                ? Exchange.NOTHING
                : states.size() == 1 ? alone.get(peer) : summed(turn, base, states, peer);
        exchange.send(peer, Phase.MOVES, turn.round(), diverged, message);
      }
    }
  }

  private ByteBuffer summed(Turn turn, float[] base, List<float[]> states, int slice) {
    addOwn(turn, base, states, slice);
    ByteBuffer body = exchange.body(slice, Phase.MOVES, 4 * slices.get(slice).length());
    sums.get(slice).putSums(body.asIntBuffer());
    return body;
  }

  private void addOwn(Turn turn, float[] base, List<float[]> states, int slice) {
    for (int i = 0; i < states.size(); i++) {
      double share = turn.shares().get(self).get(i);
      sums.get(slice).add(base, states.get(i), slices.get(slice).from(), share);
    }
  }

  /** This owner's part: everybody's moves of its slice, and their mean. */
  private void ownSlice(
      Turn turn, float[] base, List<float[]> states, List<Exchange.Arrival> moves, float[] mean) {
    Slice slice = slices.get(self);
    SliceMean sum = sums.get(self);
    List<float[]> singles = new ArrayList<>();
    List<Double> shares = new ArrayList<>();
    List<ByteBuffer> groups = new ArrayList<>();
    for (int peer = 0; peer < slices.size(); peer++) {
      int workers = turn.shares().get(peer).size();
      if (peer != self && workers == 1) {
        float[] state = roomFor(peer, slice.length());
        codec.decode(
            slice, base, body(moves, peer, codec.bytes(slice.length()), Phase.MOVES), state, 0);
        singles.add(state);
        shares.add(turn.shares().get(peer).get(0));
      } else if (peer != self) {
        groups.add(body(moves, peer, workers == 0 ? 0 : 4 * slice.length(), Phase.MOVES));
      }
    }
    if (turn.counted() == 1) {
      float[] only = states.isEmpty() ? singles.get(0) : states.get(0);
      int offset = states.isEmpty() ? 0 : slice.from();
      System.arraycopy(only, offset, mean, slice.from(), slice.length());
      return;
    }
    if (!turn.isGrouped()) {
      states.forEach(state -> sum.raise(base, state, slice.from()));
      singles.forEach(state -> sum.raise(base, state, 0));
    }
    addOwn(turn, base, states, self);
    for (int i = 0; i < singles.size(); i++) {
      sum.add(base, singles.get(i), 0, shares.get(i));
    }
    groups.stream().filter(ByteBuffer::hasRemaining).forEach(group -> sum.add(group.asIntBuffer()));
    sum.finish(base, mean);
  }

  private float[] roomFor(int peer, int values) {
    if (arrived[peer].length < values) {
      arrived[peer] = new float[values];
    }
    return arrived[peer];
  }

  private void exchangeMeans(Turn turn, float[] base, float[] mean, long deadline)
      throws InterruptedException {
    Slice own = slices.get(self);
    ByteBuffer encoded = exchange.body(self, Phase.MEAN, codec.bytes(own.length()));
    codec.encode(own, base, mean, encoded);
    for (int peer = 0; peer < slices.size(); peer++) {
      if (peer != self) {
        exchange.send(peer, Phase.MEAN, turn.round(), null, encoded);
      }
    }
    if (codec != ExchangeCodec.FP32) {
      codec.decode(own, base, encoded.duplicate().order(encoded.order()).flip(), mean, own.from());
    }
    List<Exchange.Arrival> means = awaitAll(Phase.MEAN, turn, deadline);
    for (int peer = 0; peer < slices.size(); peer++) {
      if (peer != self) {
        Slice slice = slices.get(peer);
        ByteBuffer body = body(means, peer, codec.bytes(slice.length()), Phase.MEAN);
        codec.decode(slice, base, body, mean, slice.from());
      }
    }
  }

  /** One worker's state, written once: what it is decoded from here and everywhere. */
  private List<ByteBuffer> encoded(float[] base, float[] state) {
    List<ByteBuffer> messages = new ArrayList<>();
    for (int peer = 0; peer < slices.size(); peer++) {
      ByteBuffer body = Exchange.NOTHING;
      if (peer != self) {
        body = exchange.body(peer, Phase.MOVES, codec.bytes(slices.get(peer).length()));
        codec.encode(slices.get(peer), base, state, body);
      }
      messages.add(body);
    }
    return messages;
  }

  /** Makes a state what the others read of it. */
  private void travel(float[] base, float[] state) {
    for (Slice slice : slices) {
      ByteBuffer bytes = buffer(slice);
      codec.encode(slice, base, state, bytes);
      codec.decode(slice, base, bytes.flip(), state, slice.from());
    }
  }

  private ByteBuffer buffer(Slice slice) {
    return ByteBuffer.allocate(codec.bytes(slice.length())).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** By peer; nothing at this peer's own place. */
  private List<Exchange.Arrival> awaitAll(Phase phase, Turn turn, long deadline)
      throws InterruptedException {
    List<Exchange.Arrival> arrivals = new ArrayList<>();
    for (int peer = 0; peer < slices.size(); peer++) {
      arrivals.add(peer == self ? null : exchange.await(peer, phase, turn.round(), deadline));
    }
    return arrivals;
  }

  private ByteBuffer body(List<Exchange.Arrival> arrivals, int peer, int bytes, Phase phase) {
    ByteBuffer body = arrivals.get(peer).body();
    if (arrivals.get(peer).diverged() == null && body.remaining() != bytes) {
      throw new ExchangeException(
          "Peer "
              + peer
              + " sent "
              + body.remaining()
              + " bytes of "
              + phase
              + ", expected "
              + bytes
              + "; do all executors run the same build?");
    }
    return body;
  }

  private static Diverged lowest(Diverged own, List<Exchange.Arrival> arrivals) {
    Diverged lowest = own;
    for (Exchange.Arrival arrival : arrivals) {
      if (arrival != null) {
        lowest = Diverged.lower(lowest, arrival.diverged());
      }
    }
    return lowest;
  }
}
