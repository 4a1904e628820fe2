package org.meanfield.jobs.spark;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.meanfield.average.FlatState;
import org.meanfield.average.OuterOptimizer;
import org.meanfield.jobs.spark.exchange.Diverged;
import org.meanfield.jobs.spark.exchange.Exchange;
import org.meanfield.jobs.spark.exchange.ExchangeException;
import org.meanfield.jobs.spark.exchange.ExchangePort;
import org.meanfield.jobs.spark.exchange.SlicedMerge;
import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;
import org.meanfield.train.Divergence;
import org.meanfield.train.MergedState;
import org.meanfield.train.Round;
import org.meanfield.train.TrainingPlan;
import org.meanfield.train.WorkerReport;

/**
 * This process in a segment: holds the merged state for all of its tasks, and merges their
 * contributions with those of the other processes. The task that is ready last does the work while
 * the others wait.
 */
final class ResidentMember {
  /** The same for all tasks of this process. */
  static final String PROCESS = UUID.randomUUID().toString();

  private static final Map<Long, ResidentMember> MEMBERS = new HashMap<>();

  private final Segment segment;
  private final TrainingPlan plan;
  private final Exchange exchange;
  private final List<WorkerReport> deposited = new ArrayList<>();
  private final Map<Integer, float[]> rooms = new HashMap<>(); // by worker, used every round
  private int tasks;
  private int ready;
  private Membership membership;
  private SlicedMerge merge;
  private float[] flat; // what the state lies in
  private float[] spare; // what the next one comes to lie in
  private MergedState state;
  private int merged;
  private RuntimeException failure;

  private ResidentMember(Segment segment, ExchangePort port) {
    this.segment = segment;
    this.plan = segment.plan().value();
    this.state = WireState.decode(segment.start().value()).merged();
    this.flat = FlatState.of(state.state());
    this.spare = new float[flat.length];
    this.exchange =
        new Exchange(
            port,
            segment.id(),
            segment.groups().size(),
            SlicedMerge.largestMessage(flat.length),
            segment.timeoutSeconds());
  }

  /** This process's part in a segment, for one more task, which must leave. */
  static synchronized ResidentMember join(Segment segment) {
    ResidentMember member = MEMBERS.get(segment.id());
    if (member == null) {
      member = new ResidentMember(segment, ProcessPort.open());
      MEMBERS.put(segment.id(), member);
    }
    member.tasks++;
    return member;
  }

  /** A task is done with the segment; the last one closes this process's part. */
  void leave() {
    synchronized (ResidentMember.class) {
      tasks--;
      if (tasks > 0) {
        return;
      }
      MEMBERS.remove(segment.id(), this);
    }
    exchange.close();
  }

  /**
   * Merged state that the next round starts from. Valid until this process merges the round after
   * that: its memory is used again.
   */
  synchronized MergedState state() {
    return state;
  }

  /** What {@link #state} is now, in memory of its own. */
  synchronized MergedState copy() {
    int parameters = state.state().parameters().length();
    return new MergedState(FlatState.lent(flat.clone(), parameters), state.velocity());
  }

  /** Where a worker's trained state goes, every round; read by the merge of the round. */
  synchronized float[] room(int worker) {
    return rooms.computeIfAbsent(worker, absent -> new float[flat.length]);
  }

  /** Rounds of the segment that are merged in {@link #state}. */
  synchronized int merged() {
    return merged;
  }

  long exchangedBytes() {
    return exchange.sentBytes();
  }

  /** Tells who takes part; all tasks say the same. */
  synchronized void start(Membership all) {
    membership = all;
  }

  /** Ends this process's part for all its tasks; the other processes notice at once. */
  void fail(RuntimeException cause) {
    synchronized (this) {
      if (failure == null) {
        failure = cause;
      }
      notifyAll();
    }
    exchange.close();
  }

  /**
   * Gives a task's part of a round, whose states lie in their {@linkplain #room rooms}, and waits
   * until the round is merged.
   *
   * @param index of the round in the segment
   * @throws DivergedRound where a worker diverged, here or elsewhere
   * @throws ExchangeException where another process is gone or late
   */
  void merge(int task, int index, List<WorkerReport> reports) throws InterruptedException {
    if (isLast(task, reports)) {
      try {
        MergedState next = exchanged(task, index);
        synchronized (this) {
          state = next;
          merged = index + 1;
          notifyAll();
        }
        if (merged() == segment.rounds().size()) {
          exchange.finish();
        }
      } catch (RuntimeException e) {
        fail(e);
        throw e;
      }
    } else {
      awaitMerged(index);
    }
  }

  private synchronized boolean isLast(int task, List<WorkerReport> reports) {
    requireNoFailure();
    deposited.addAll(reports);
    ready++;
    if (ready < membership.tasksOf(membership.peerOfTask().get(task)).size()) {
      return false;
    }
    ready = 0;
    return true;
  }

  private synchronized void awaitMerged(int index) throws InterruptedException {
    // The task that merges gives up after one deadline; this one only after another.
    long deadline = System.nanoTime() + (long) (2 * segment.timeoutSeconds() * 1e9);
    while (merged <= index) {
      requireNoFailure();
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        throw new IllegalStateException(
            "Another task of this executor did not finish round "
                + segment.rounds().get(index).number()
                + " in time; if rounds take that long, raise train.round-timeout");
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }

  private void requireNoFailure() {
    if (failure != null) {
      throw failure;
    }
  }

  private MergedState exchanged(int task, int index) throws InterruptedException {
    int self = membership.peerOfTask().get(task);
    if (merge == null) {
      exchange.connect(self, membership.peers());
      merge = new SlicedMerge(exchange, plan.exchange(), flat.length);
    }
    Round round = segment.rounds().get(index);
    deposited.sort(Comparator.comparingInt(WorkerReport::worker));
    Optional<Diverged> diverged =
        deposited.stream()
            .filter(report -> Divergence.in(report, room(report.worker())))
            .map(bad -> new Diverged(bad.worker(), bad.meanLoss()))
            .findFirst();
    List<float[]> states =
        deposited.stream()
            .filter(report -> report.examples() > 0)
            .map(report -> room(report.worker()))
            .toList();
    deposited.clear();
    SlicedMerge.Turn turn = new SlicedMerge.Turn(round.number(), shares(round), diverged);
    Optional<Diverged> outcome = merge.merge(turn, flat, states, spare);
    if (outcome.isPresent()) {
      exchange.finish();
      throw new DivergedRound(outcome.get());
    }
    return stepped();
  }

  /**
   * The step from the state to the mean in the spare memory, which change places. Nobody reads the
   * old state any more: all tasks of this process have trained from it, and wait.
   */
  private MergedState stepped() {
    int parameters = state.state().parameters().length();
    FloatVector velocity = state.velocity();
    if (!plan.outer().isPlain()) {
      ModelState mean = FlatState.lent(spare, parameters);
      OuterOptimizer.Step step = plan.outer().step(state.state(), mean, velocity);
      FlatState.copy(step.state(), spare);
      velocity = step.velocity();
    }
    float[] next = spare;
    spare = flat;
    flat = next;
    return new MergedState(FlatState.lent(flat, parameters), velocity);
  }

  /** Shares of the round's examples of each peer's workers that have any, in worker order. */
  private List<List<Double>> shares(Round round) {
    double all = 0;
    for (int worker = 0; worker < plan.workers(); worker++) {
      all += plan.examples(worker, round);
    }
    List<List<Double>> shares = new ArrayList<>();
    for (int peer = 0; peer < membership.peers().size(); peer++) {
      List<Integer> workers = new ArrayList<>();
      membership.tasksOf(peer).forEach(task -> workers.addAll(segment.groups().get(task)));
      List<Double> ofPeer = new ArrayList<>();
      for (int worker : workers.stream().sorted().toList()) {
        int examples = plan.examples(worker, round);
        if (examples > 0) {
          ofPeer.add(examples / all);
        }
      }
      shares.add(ofPeer);
    }
    return shares;
  }
}
