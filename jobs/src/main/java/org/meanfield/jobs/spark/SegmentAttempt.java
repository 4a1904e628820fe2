package org.meanfield.jobs.spark;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.apache.spark.SimpleFutureAction;
import org.apache.spark.SparkContext;
import org.apache.spark.rpc.RpcCallContext;
import org.apache.spark.rpc.RpcEndpointRef;
import scala.runtime.BoxedUnit;

/**
 * One Spark job that runs a segment, seen from the driver: brings its tasks together, passes on
 * their reports, and sees it to an end, whatever happens to them.
 */
final class SegmentAttempt {
  private static final double GRACE_SECONDS = 5;
  private static final double START_SECONDS = 30;
  private static final byte[] YES = {1};

  private final SparkContext spark;
  private final Segment segment;
  private final IntSupplier slots;
  private final SegmentReports reports;
  private final BlockingQueue<SegmentEvent> events = new LinkedBlockingQueue<>();
  private final TreeMap<Integer, Control.Ready> ready = new TreeMap<>();
  private final List<RpcCallContext> waiting = new ArrayList<>();
  private final List<Control.Ended> ended = new ArrayList<>();
  private final ArrivingState arriving = new ArrivingState();
  private final TaskStarts starts;
  private boolean over; // it has failed, and its tasks are to end
  private boolean silent; // nothing was heard until the deadline
  private String failure = "";
  private Optional<Throwable> cause = Optional.empty();
  private Optional<WireState> newest = Optional.empty();
  private int askedFor; // rounds of the newest state that a task was asked for
  private boolean forMoreTasks;
  private long giveUp; // when, of System.nanoTime()

  /**
   * An attempt that has not begun.
   *
   * @param slots how many tasks the cluster can run at the same time now
   */
  SegmentAttempt(SparkContext spark, Segment segment, IntSupplier slots, SegmentReports reports) {
    this.spark = spark;
    this.segment = segment;
    this.slots = slots;
    this.reports = reports;
    this.starts = new TaskStarts(segment.id());
  }

  /** Runs the job until it is over or given up. */
  SegmentEnd run(ShardRdd shards) {
    SegmentEndpoint tasks = new SegmentEndpoint(spark.env().rpcEnv(), events);
    RpcEndpointRef endpoint = spark.env().rpcEnv().setupEndpoint(segment.endpoint(), tasks);
    spark.addSparkListener(starts);
    try {
      extend();
      SimpleFutureAction<BoxedUnit> job = SegmentJob.submit(spark, segment, shards, events);
      try {
        awaitEnd();
      } finally {
        // Also where the driver itself fails: else its tasks would go on to the segment's end.
        if (!job.isCompleted()) {
          job.cancel();
        }
      }
    } finally {
      spark.removeSparkListener(starts);
      dismissWaiting();
      tasks.over();
      spark.env().rpcEnv().stop(endpoint);
    }
    ready.values().forEach(task -> home(shards, task));
    return new SegmentEnd(newest, lowestDiverged(), failure, cause, forMoreTasks, hanging());
  }

  private Optional<Control.Ended> lowestDiverged() {
    return ended.stream()
        .filter(end -> end.diverged() >= 0)
        .min(Comparator.comparingInt(Control.Ended::diverged));
  }

  /** Bytes that each process sent, by its lowest task. */
  List<Long> exchangedBytes() {
    return ended.stream()
        .sorted(Comparator.comparingInt(Control.Ended::task))
        .map(Control.Ended::exchangedBytes)
        .toList();
  }

  private void awaitEnd() {
    while (true) {
      SegmentEvent event = next();
      if (event instanceof SegmentEvent.Said said) {
        int before = toldRounds();
        said(said);
        forMoreTasks = !over && toldRounds() > before && moreCanRun();
        if (forMoreTasks) {
          fail("more tasks can run now than at its start");
          return;
        }
      } else if (event instanceof SegmentEvent.Gave gave) {
        newest = Optional.of(newer(gave.state()));
      } else if (event instanceof SegmentEvent.JobOver jobOver) {
        cause = jobOver.failure();
        cause.ifPresent(e -> fail(String.valueOf(e.getMessage())));
        return;
      } else if (System.nanoTime() > giveUp) {
        silent = !over;
        fail("nothing was heard of the segment within the deadline");
        return;
      } else if (!over && !allReady() && slots.getAsInt() < segment.groups().size()) {
        fail("an executor was lost before all tasks had started");
      }
    }
  }

  /** Rounds that another attempt would not run again. */
  private int toldRounds() {
    return reports.newestTold().map(WireState::rounds).orElse(0);
  }

  private boolean moreCanRun() {
    int tasks = segment.groups().size();
    return tasks < segment.plan().value().workers() && slots.getAsInt() > tasks;
  }

  /** Null where nothing happens for a moment, so that deadlines are looked at. */
  private SegmentEvent next() {
    try {
      return events.poll(500, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("The driver was interrupted while a segment ran", e);
    }
  }

  private void said(SegmentEvent.Said said) {
    if (said.what() instanceof Control.Ready task) {
      ready(task, said.asker().orElseThrow());
    } else if (said.what() instanceof Control.Merged report) {
      extend();
      reports.merged(report);
      extend(); // what is told may take long, and is not the tasks' fault
    } else if (said.what() instanceof Control.StatePiece piece) {
      piece(piece, said.asker().orElseThrow());
      extend();
    } else {
      ended((Control.Ended) said.what(), said.asker().orElseThrow());
    }
  }

  private void ready(Control.Ready task, RpcCallContext asker) {
    if (!over && ready.containsKey(task.task())) {
      fail("task " + task.task() + " was started again: its executor was lost, or it failed");
    }
    if (over) {
      asker.reply(SegmentEndpoint.OVER);
      return;
    }
    ready.put(task.task(), task);
    extend();
    waiting.add(asker);
    if (allReady()) {
      byte[] membership = Membership.of(List.copyOf(ready.values())).encode();
      waiting.forEach(each -> each.reply(membership));
      waiting.clear();
    }
  }

  /** The task waits for the answer before it sends another state. */
  private void piece(Control.StatePiece piece, RpcCallContext asker) {
    try {
      arriving.take(piece).ifPresent(reports::state);
    } finally {
      asker.reply(YES);
    }
  }

  /** A task is asked for its state where that has more rounds than any that was asked for. */
  private void ended(Control.Ended end, RpcCallContext asker) {
    ended.add(end);
    if (!end.failure().isEmpty()) {
      fail(end.failure());
    }
    boolean wanted = end.rounds() > askedFor;
    askedFor = Math.max(askedFor, end.rounds());
    asker.reply(wanted ? YES : SegmentEndpoint.NO);
  }

  private WireState newer(WireState state) {
    return newest.filter(known -> known.rounds() >= state.rounds()).orElse(state);
  }

  /** The first failure counts; from then on tasks have little time to end. */
  private void fail(String why) {
    if (!over) {
      over = true;
      failure = why;
      dismissWaiting();
      giveUp = System.nanoTime() + (long) (GRACE_SECONDS * 1e9);
    }
  }

  private void dismissWaiting() {
    waiting.forEach(each -> each.reply(SegmentEndpoint.OVER));
    waiting.clear();
  }

  /** Something moves: the tasks' own deadlines come first, this one is for when they are gone. */
  private void extend() {
    if (!over) {
      double seconds =
          allReady()
              ? 2 * segment.timeoutSeconds() + GRACE_SECONDS
              : Math.max(START_SECONDS, segment.timeoutSeconds());
      giveUp = System.nanoTime() + (long) (seconds * 1e9);
    }
  }

  private boolean allReady() {
    return ready.size() == segment.groups().size();
  }

  private void home(ShardRdd shards, Control.Ready task) {
    for (int worker : segment.groups().get(task.task())) {
      shards.shardIsAt(worker, task.location());
    }
  }

  /**
   * Executors that the others waited for in vain, or that left the driver without a word until its
   * own deadline, and did not say that they ended either.
   */
  private List<String> hanging() {
    TreeSet<String> executors = new TreeSet<>();
    if (silent) {
      executors.addAll(silentExecutors());
    }
    for (Control.Ended end : ended) {
      end.late().forEach(task -> executors.add(ready.get(task).executor()));
    }
    ended.forEach(end -> executors.remove(ready.get(end.task()).executor()));
    return List.copyOf(executors);
  }

  /** All of them in the midst of rounds; before, only those whose tasks are not ready. */
  private List<String> silentExecutors() {
    return starts.executors().entrySet().stream()
        .filter(started -> allReady() || !ready.containsKey(started.getKey()))
        .map(Map.Entry::getValue)
        .toList();
  }
}
