package org.meanfield.jobs.spark.exchange;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.network.buffer.ManagedBuffer;
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
  /** Values that are decoded and merged at a time: few enough for a processor's own cache. */
  private static final int PART = 32 * Slice.BLOCK;

  private final Exchange exchange;
  private final ExchangeCodec codec;
  private final int self;
  private final List<Slice> slices = new ArrayList<>();
  private final List<SliceMean> sums = new ArrayList<>(); // by slice; none before it is needed
  private final float[][] arrived; // by peer: a part of its only worker's state

  /**
   * For states of one length.
   *
   * @param exchange connected
   */
  public SlicedMerge(Exchange exchange, ExchangeCodec codec, int length) {
    this.exchange = exchange;
    this.codec = codec;
    this.self = exchange.self();
    this.arrived = new float[exchange.size()][PART];
    for (int peer = 0; peer < exchange.size(); peer++) {
      slices.add(Slice.of(peer, exchange.size(), length));
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

    /** One of several peers adds up its workers first, so that units must be agreed on before. */
    private boolean isGrouped() {
      return shares.size() > 1
          && counted() > 1
          && shares.stream().anyMatch(peer -> peer.size() > 1);
    }
  }

  /**
   * Merges one round.
   *
   * @param base last merged state
   * @param trained states of this peer's workers with examples, in the order of their shares;
   *     ownership: the merge's, until the next one; the narrow codecs overwrite them
   * @param mean gets the mean where nobody diverged; ownership: the others may read it until they
   *     have merged the next round
   * @return the lowest worker that diverged, the same for all peers; empty where none did
   * @throws ExchangeException where a peer is gone or late
   */
  public Optional<Diverged> merge(Turn turn, float[] base, List<float[]> trained, float[] mean)
      throws InterruptedException {
    List<float[]> states = turn.diverged().isPresent() ? List.of() : trained;
    long deadline = exchange.deadline();
    List<ManagedBuffer> alone = states.size() == 1 ? encoded(base, states.get(0)) : List.of();
    if (codec != ExchangeCodec.FP32) {
      states.forEach(state -> travel(base, state));
    }
    Diverged diverged = turn.diverged().orElse(null);
    if (turn.isGrouped()) {
      clearSums();
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
      return Optional.of(diverged);
    }
    if (turn.isGrouped()) {
      ownSliceOfGroups(turn, base, states, moves, mean);
    } else {
      ownSlice(turn, base, states, moves, mean);
    }
    exchangeMeans(turn, base, mean, deadline);
    return Optional.empty();
  }

  private void clearSums() {
    if (sums.isEmpty()) {
      slices.forEach(slice -> sums.add(new SliceMean(slice)));
    } else {
      sums.forEach(SliceMean::clear);
    }
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
        ByteBuffer units = units(peer, Phase.UNITS_WANTED, peer);
        exchange.send(peer, Phase.UNITS_WANTED, turn.round(), own, Exchange.whole(units));
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
        ByteBuffer units = units(peer, Phase.UNITS_AGREED, self);
        exchange.send(peer, Phase.UNITS_AGREED, turn.round(), null, Exchange.whole(units));
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
      Turn turn, float[] base, List<float[]> states, List<ManagedBuffer> alone, Diverged diverged) {
    for (int peer = 0; peer < slices.size(); peer++) {
      if (peer != self) {
        ManagedBuffer message =
            states.isEmpty() || diverged != null
                ? Exchange.NOTHING
                : states.size() == 1 ? alone.get(peer) : summed(turn, base, states, peer);
        exchange.send(peer, Phase.MOVES, turn.round(), diverged, message);
      }
    }
  }

  private ManagedBuffer summed(Turn turn, float[] base, List<float[]> states, int slice) {
    addOwn(turn, base, states, slice);
    ByteBuffer body = exchange.body(slice, Phase.MOVES, 4 * slices.get(slice).length());
    sums.get(slice).putSums(body.asIntBuffer());
    return Exchange.whole(body);
  }

  private void addOwn(Turn turn, float[] base, List<float[]> states, int slice) {
    for (int i = 0; i < states.size(); i++) {
      double share = turn.shares().get(self).get(i);
      sums.get(slice).add(base, states.get(i), slices.get(slice).from(), share);
    }
  }

  /** This owner's part where all states are here: read and merged part by part. */
  private void ownSlice(
      Turn turn, float[] base, List<float[]> states, List<Exchange.Arrival> moves, float[] mean) {
    Slice own = slices.get(self);
    List<Integer> senders = new ArrayList<>();
    List<ByteBuffer> bodies = new ArrayList<>();
    for (int peer = 0; peer < slices.size(); peer++) {
      if (peer != self) {
        int workers = turn.shares().get(peer).size();
        ByteBuffer body = body(moves, peer, workers * codec.bytes(own.length()), Phase.MOVES);
        if (workers > 0) {
          senders.add(peer);
          bodies.add(body);
        }
      }
    }
    for (int from = own.from(); from < own.to(); from += PART) {
      Slice part = new Slice(from, Math.min(from + PART, own.to()));
      List<SliceMean.Part> all = new ArrayList<>();
      for (int i = 0; i < states.size(); i++) {
        all.add(new SliceMean.Part(states.get(i), from, turn.shares().get(self).get(i)));
      }
      for (int i = 0; i < bodies.size(); i++) {
        float[] state = arrived[senders.get(i)];
        codec.decode(part, base, bodies.get(i), state, 0);
        all.add(new SliceMean.Part(state, 0, turn.shares().get(senders.get(i)).get(0)));
      }
      if (all.size() == 1) {
        all.get(0).copyTo(part, mean);
      } else {
        SliceMean.of(part, base, all, mean);
      }
    }
  }

  /** The same where somebody adds up several workers, in the units that were agreed on. */
  private void ownSliceOfGroups(
      Turn turn, float[] base, List<float[]> states, List<Exchange.Arrival> moves, float[] mean) {
    Slice own = slices.get(self);
    SliceMean sum = sums.get(self);
    float[] single = {};
    addOwn(turn, base, states, self);
    for (int peer = 0; peer < slices.size(); peer++) {
      int workers = turn.shares().get(peer).size();
      if (peer != self && workers == 1) {
        single = single.length == 0 ? new float[own.length()] : single;
        ByteBuffer body = body(moves, peer, codec.bytes(own.length()), Phase.MOVES);
        codec.decode(own, base, body, single, 0);
        sum.add(base, single, 0, turn.shares().get(peer).get(0));
      } else if (peer != self) {
        ByteBuffer body = body(moves, peer, workers == 0 ? 0 : 4 * own.length(), Phase.MOVES);
        if (workers > 0) {
          sum.add(body.asIntBuffer());
        }
      }
    }
    sum.finish(base, mean);
  }

  private void exchangeMeans(Turn turn, float[] base, float[] mean, long deadline)
      throws InterruptedException {
    Slice own = slices.get(self);
    ManagedBuffer message = meanMessage(own, base, mean);
    for (int peer = 0; peer < slices.size(); peer++) {
      if (peer != self) {
        exchange.send(peer, Phase.MEAN, turn.round(), null, message);
      }
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

  /** The mean of the own slice as it travels, after which it is here what the others read. */
  private ManagedBuffer meanMessage(Slice own, float[] base, float[] mean) {
    if (codec == ExchangeCodec.FP32) {
      return new FloatsBody(mean, own.from(), own.length());
    }
    ByteBuffer encoded = exchange.body(self, Phase.MEAN, codec.bytes(own.length()));
    codec.encode(own, base, mean, encoded);
    codec.decode(own, base, encoded.duplicate().order(encoded.order()).flip(), mean, own.from());
    return Exchange.whole(encoded);
  }

  /** One worker's state, written once: what it is decoded from here and everywhere. */
  private List<ManagedBuffer> encoded(float[] base, float[] state) {
    List<ManagedBuffer> messages = new ArrayList<>();
    for (int peer = 0; peer < slices.size(); peer++) {
      Slice slice = slices.get(peer);
      if (peer == self) {
        messages.add(Exchange.NOTHING);
      } else if (codec == ExchangeCodec.FP32) {
        messages.add(new FloatsBody(state, slice.from(), slice.length()));
      } else {
        ByteBuffer body = exchange.body(peer, Phase.MOVES, codec.bytes(slice.length()));
        codec.encode(slice, base, state, body);
        messages.add(Exchange.whole(body));
      }
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
