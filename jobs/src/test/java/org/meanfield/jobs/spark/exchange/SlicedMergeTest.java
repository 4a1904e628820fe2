package org.meanfield.jobs.spark.exchange;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.network.client.TransportClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.meanfield.average.ExchangeCodec;
import org.meanfield.average.ParameterAverager;
import org.meanfield.average.WeightedState;
import org.meanfield.jobs.spark.exchange.SlicedMerge.Turn;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;
import scala.Option;

/** Peers with ports of their own exchange states over the loopback device. */
class SlicedMergeTest {
  private static final int LENGTH = 20_000;
  private static final long ID = 7;
  private final List<ExchangePort> ports = new ArrayList<>();
  private final List<Exchange> exchanges = new ArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void close() {
    exchanges.forEach(Exchange::close);
    ports.forEach(ExchangePort::close);
    threads.shutdownNow();
  }

  @ParameterizedTest
  @EnumSource
  void everyGroupingGivesTheBitsOfOneProcess(ExchangeCodec codec) throws Exception {
    List<float[]> states = new ArrayList<>();
    float[] base = values(1, 0.1);
    for (int worker = 0; worker < 5; worker++) {
      states.add(values(2 + worker, 0.1));
    }
    List<Integer> examples = List.of(64, 64, 0, 17, 64);
    ModelState expected = inOneProcess(base, states, examples, codec);
    for (List<List<Integer>> groups :
        List.of(
            List.of(List.of(0), List.of(1), List.of(2), List.of(3), List.of(4)),
            List.of(List.of(0, 1, 2), List.of(3, 4)),
            List.of(List.of(4), List.of(0, 1, 2, 3)),
            List.of(List.of(0, 1, 2, 3, 4)),
            List.of(List.of(2), List.of(0, 3, 4), List.of(1)))) {
      start(groups.size(), 20, conf(false));
      List<Outcome> outcomes = merge(groups, base, states, examples, codec);
      for (Outcome outcome : outcomes) {
        assertThat(outcome.mean()).as("%s %s", codec, groups).isEqualTo(expected);
      }
      reset();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aWorkerThatAloneHasExamplesIsTaken(ExchangeCodec codec) throws Exception {
    float[] base = values(1, 0.1);
    List<float[]> states = List.of(values(2, 0.1), values(3, 0.1), values(4, 0.1));
    List<Integer> examples = List.of(0, 5, 0);
    start(2, 20, conf(false));
    for (Outcome outcome :
        merge(List.of(List.of(0), List.of(1, 2)), base, states, examples, codec)) {
      assertThat(outcome.mean()).isEqualTo(inOneProcess(base, states, examples, codec));
    }
  }

  @Test
  void aPeerMovesTwoStatesARoundHoweverManyWorkersItHosts() throws Exception {
    for (int workers : new int[] {4, 16}) {
      List<float[]> states = new ArrayList<>();
      List<Integer> examples = new ArrayList<>();
      List<List<Integer>> groups = List.of(new ArrayList<>(), new ArrayList<>());
      for (int worker = 0; worker < workers; worker++) {
        states.add(values(worker, 0.1));
        examples.add(64);
        groups.get(worker % 2).add(worker);
      }
      start(2, 20, conf(false));
      long hello = exchanges.get(0).sentBytes();
      merge(groups, values(99, 0.1), states, examples, ExchangeCodec.FP32);
      for (Exchange exchange : exchanges) {
        assertThat(exchange.sentBytes() + exchange.receivedBytes() - hello)
            .isLessThanOrEqualTo((long) (2.1 * 4 * LENGTH));
      }
      reset();
    }
  }

  @Test
  void sixteenPeersMoveAtMostTwoPointOneStatesEachWay() throws Exception {
    List<float[]> states = new ArrayList<>();
    List<Integer> examples = new ArrayList<>();
    List<List<Integer>> groups = new ArrayList<>();
    for (int worker = 0; worker < 32; worker++) {
      states.add(values(worker, 0.1));
      examples.add(64);
    }
    for (int peer = 0; peer < 16; peer++) {
      groups.add(List.of(2 * peer, 2 * peer + 1));
    }
    start(16, 20, conf(false));
    merge(groups, values(99, 0.1), states, examples, ExchangeCodec.FP32);
    for (Exchange exchange : exchanges) {
      assertThat(exchange.sentBytes()).isLessThanOrEqualTo((long) (2.1 * 4 * LENGTH));
      assertThat(exchange.receivedBytes()).isLessThanOrEqualTo((long) (2.1 * 4 * LENGTH));
    }
  }

  @Test
  void worksWithSparksAuthenticationAndEncryption() throws Exception {
    float[] base = values(1, 0.1);
    List<float[]> states = List.of(values(2, 0.1), values(3, 0.1));
    List<Integer> examples = List.of(3, 5);
    start(2, 20, conf(true));
    for (Outcome outcome :
        merge(List.of(List.of(0), List.of(1)), base, states, examples, ExchangeCodec.FP32)) {
      assertThat(outcome.mean())
          .isEqualTo(inOneProcess(base, states, examples, ExchangeCodec.FP32));
    }
    ExchangePort stranger = open(conf(false));
    assertThatThrownBy(
            () -> {
              try (TransportClient client = stranger.connect(peer(0))) {
                ExchangePortTest.upload(
                        client, new Frame(ID, 1, 3, Phase.HELLO, null, 0).bytes(), 0)
                    .get(5, SECONDS);
              }
            })
        .isInstanceOf(Exception.class);
  }

  @Test
  void everybodyLearnsWhoDivergedFirst() throws Exception {
    for (List<List<Integer>> groups :
        List.of(List.of(List.of(0), List.of(1), List.of(2)), List.of(List.of(0, 1), List.of(2)))) {
      start(groups.size(), 20, conf(false));
      List<Future<Outcome>> running = new ArrayList<>();
      for (int peer = 0; peer < groups.size(); peer++) {
        Optional<Diverged> bad =
            peer == 0
                ? Optional.empty()
                : Optional.of(new Diverged(groups.get(peer).get(0), Double.NaN));
        running.add(run(peer, groups, values(1, 0.1), List.of(), List.of(1, 1, 1), bad));
      }
      for (Future<Outcome> outcome : running) {
        assertThat(outcome.get().diverged().orElseThrow().worker()).isEqualTo(groups.get(1).get(0));
      }
      reset();
    }
  }

  @Test
  void aPeerThatLeavesEndsItForTheOthersAtOnce() throws Exception {
    start(3, 600, conf(false));
    List<List<Integer>> groups = List.of(List.of(0), List.of(1), List.of(2));
    List<float[]> states = List.of(values(2, 0.1), values(3, 0.1), values(4, 0.1));
    Future<Outcome> first = run(0, groups, values(1, 0.1), states, List.of(1, 1, 1));
    Future<Outcome> second = run(1, groups, values(1, 0.1), states, List.of(1, 1, 1));
    exchanges.get(2).close();
    for (Future<Outcome> left : List.of(first, second)) {
      assertThatThrownBy(left::get)
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOf(ExchangeException.class)
          .hasMessageContaining("peer 2 at")
          .hasMessageContaining("round 3");
    }
  }

  @Test
  void aPeerThatHangsEndsItAtTheDeadlineAndIsNamed() throws Exception {
    start(3, 0.5, conf(false));
    List<List<Integer>> groups = List.of(List.of(0), List.of(1), List.of(2));
    List<float[]> states = List.of(values(2, 0.1), values(3, 0.1), values(4, 0.1));
    Future<Outcome> first = run(0, groups, values(1, 0.1), states, List.of(1, 1, 1));
    Future<Outcome> second = run(1, groups, values(1, 0.1), states, List.of(1, 1, 1));
    for (Future<Outcome> left : List.of(first, second)) {
      assertThatThrownBy(left::get)
          .cause()
          .isInstanceOfSatisfying(
              ExchangeException.class, late -> assertThat(late.late()).containsExactly(2))
          .hasMessageContaining("train.round-timeout");
    }
  }

  @Test
  void movesOfAnotherSizeEndIt() throws Exception {
    start(2, 20, conf(false));
    exchanges.get(1).send(0, Phase.MOVES, 3, null, new FloatsBody(new float[3], 0, 3));
    List<float[]> states = List.of(values(2, 0.1), values(3, 0.1));
    Future<Outcome> merging =
        run(0, List.of(List.of(0), List.of(1)), values(1, 0.1), states, List.of(1, 1));
    assertThatThrownBy(merging::get).hasMessageContaining("sent 12 bytes of MOVES, expected");
  }

  private static SparkConf conf(boolean secure) {
    SparkConf conf = new SparkConf(false).set("spark.app.id", "test");
    return secure
        ? conf.set("spark.authenticate", "true")
            .set("spark.authenticate.secret", "of the tests")
            .set("spark.network.crypto.enabled", "true")
        : conf;
  }

  private ExchangePort open(SparkConf conf) {
    SecurityManager security =
        new SecurityManager(conf, Option.empty(), SecurityManager.$lessinit$greater$default$3());
    ExchangePort port = new ExchangePort(conf, security, 0);
    ports.add(port);
    return port;
  }

  private Peer peer(int index) {
    return new Peer("peer " + index, "localhost", ports.get(index).port());
  }

  private void start(int peers, double timeoutSeconds, SparkConf conf) throws Exception {
    List<Peer> all = new ArrayList<>();
    int most = SlicedMerge.largestMessage(LENGTH);
    for (int index = 0; index < peers; index++) {
      exchanges.add(new Exchange(open(conf), ID, peers, most, timeoutSeconds));
      all.add(peer(index));
    }
    List<Future<Void>> connecting = new ArrayList<>();
    for (int index = 0; index < peers; index++) {
      int self = index;
      Callable<Void> connect =
          () -> {
            exchanges.get(self).connect(self, all);
            return null;
          };
      connecting.add(threads.submit(connect));
    }
    for (Future<Void> connected : connecting) {
      connected.get();
    }
  }

  private void reset() {
    exchanges.forEach(Exchange::close);
    ports.forEach(ExchangePort::close);
    exchanges.clear();
    ports.clear();
  }

  private List<Outcome> merge(
      List<List<Integer>> groups,
      float[] base,
      List<float[]> states,
      List<Integer> examples,
      ExchangeCodec codec)
      throws Exception {
    List<Future<Outcome>> running = new ArrayList<>();
    for (int peer = 0; peer < groups.size(); peer++) {
      running.add(run(peer, groups, base, states, examples, Optional.empty(), codec));
    }
    List<Outcome> outcomes = new ArrayList<>();
    for (Future<Outcome> outcome : running) {
      outcomes.add(outcome.get());
    }
    return outcomes;
  }

  private Future<Outcome> run(
      int peer,
      List<List<Integer>> groups,
      float[] base,
      List<float[]> states,
      List<Integer> examples) {
    return run(peer, groups, base, states, examples, Optional.empty());
  }

  private Future<Outcome> run(
      int peer,
      List<List<Integer>> groups,
      float[] base,
      List<float[]> states,
      List<Integer> examples,
      Optional<Diverged> diverged) {
    return run(peer, groups, base, states, examples, diverged, ExchangeCodec.FP32);
  }

  private Future<Outcome> run(
      int peer,
      List<List<Integer>> groups,
      float[] base,
      List<float[]> states,
      List<Integer> examples,
      Optional<Diverged> diverged,
      ExchangeCodec codec) {
    double all = examples.stream().mapToInt(Integer::intValue).sum();
    List<List<Double>> shares = new ArrayList<>();
    for (List<Integer> group : groups) {
      shares.add(
          group.stream()
              .filter(worker -> examples.get(worker) > 0)
              .map(worker -> examples.get(worker) / all)
              .toList());
    }
    List<float[]> own =
        states.isEmpty()
            ? List.of()
            : groups.get(peer).stream()
                .filter(worker -> examples.get(worker) > 0)
                .map(worker -> states.get(worker).clone())
                .toList();
    Callable<Outcome> merge =
        () -> {
          float[] mean = new float[LENGTH];
          Optional<Diverged> bad =
              new SlicedMerge(exchanges.get(peer), codec, LENGTH)
                  .merge(new Turn(3, shares, diverged), base.clone(), own, mean);
          return new Outcome(bad, model(mean));
        };
    return threads.submit(merge);
  }

  private record Outcome(Optional<Diverged> diverged, ModelState mean) {}

  private static ModelState inOneProcess(
      float[] base, List<float[]> states, List<Integer> examples, ExchangeCodec codec) {
    List<WeightedState> weighted = new ArrayList<>();
    for (int worker = 0; worker < states.size(); worker++) {
      weighted.add(new WeightedState(model(states.get(worker)), examples.get(worker)));
    }
    return ParameterAverager.average(model(base), weighted, codec);
  }

  private static ModelState model(float[] flat) {
    return new ModelState(FloatVector.wrap(flat.clone()), FloatVector.empty());
  }

  private static float[] values(long seed, double size) {
    Random random = new Random(seed);
    float[] values = new float[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      values[i] = (float) (random.nextGaussian() * size);
    }
    return values;
  }
}
