package org.meanfield.jobs.spark;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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
import scala.collection.JavaConverters;
import scala.concurrent.ExecutionContext;
import scala.runtime.BoxedUnit;

/**
 * One Spark job that runs a segment, seen from the driver: brings its tasks together, passes on
 * their reports, and sees it to an end, whatever happens to them.
 */
final class SegmentAttempt {
  private static final double GRACE_SECONDS = 5;
  private static final double START_SECONDS = 30;
  private static final byte[] YES = {1};
  private static final byte[] NONE = {};

  private final SparkContext spark;
  private final Segment segment;
  private final IntSupplier slots;
  private final SegmentReports reports;
  private final BlockingQueue<SegmentEvent> events = new LinkedBlockingQueue<>();
  private final TreeMap<Integer, Control.Ready> ready = new TreeMap<>();
  private final List<RpcCallContext> waiting = new ArrayList<>();
  private final List<Control.Ended> ended = new ArrayList<>();
  private final TaskStarts starts;
  private boolean over;
  private boolean silent;
  private String failure = "";
  private Optional<Throwable> cause = Optional.empty();
  private Optional<WireState> newest = Optional.empty();
  private int granted;
  private byte[] arriving = NONE;
  private boolean more;
  private long giveUp;

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
      SimpleFutureAction<BoxedUnit> job = submit(shards);
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
    Optional<Control.Ended> diverged =
        ended.stream()
            .filter(end -> end.diverged() >= 0)
            .min(Comparator.comparingInt(Control.Ended::diverged));
    return new SegmentEnd(
        newest.map(WireState::rounds).orElse(0),
        newest.map(WireState::merged),
        diverged,
        failure,
        cause,
        more,
        hanging());
  }

  /** Bytes that each process sent, by its lowest task. */
  List<Long> exchangedBytes() {
    return ended.stream()
        .sorted(Comparator.comparingInt(Control.Ended::task))
        .map(Control.Ended::exchangedBytes)
        .toList();
  }

  private SimpleFutureAction<BoxedUnit> submit(ShardRdd shards) {
    List<Object> tasks = new ArrayList<>();
    for (int task = 0; task < segment.groups().size(); task++) {
      tasks.add(task);
    }
    int[][] workers =
        segment.groups().stream()
            .map(group -> group.stream().mapToInt(Integer::intValue).toArray())
            .toArray(int[][]::new);
    GroupRdd groups = new GroupRdd(shards, workers);
    spark.setLocalProperty(TaskStarts.PROPERTY, Long.toString(segment.id()));
    SimpleFutureAction<BoxedUnit> job;
    try {
      job =
          spark.submitJob(
              groups,
              new SegmentTask(segment),
              JavaConverters.asScalaBuffer(tasks).toSeq(),
              (task, bytes) -> gave(bytes),
              () -> BoxedUnit.UNIT);
    } finally {
      spark.setLocalProperty(TaskStarts.PROPERTY, null);
    }
    job.onComplete(
        result ->
            events.add(
                new SegmentEvent.JobOver(
                    result.isFailure() ? Optional.of(result.failed().get()) : Optional.empty())),
        ExecutionContext.fromExecutor(Runnable::run));
    return job;
  }

  /** On Spark's thread. */
  private BoxedUnit gave(byte[] bytes) {
    if (bytes.length > 0) {
      events.add(new SegmentEvent.Gave(WireState.decode(bytes)));
    }
    return BoxedUnit.UNIT;
  }

  private void awaitEnd() {
    while (true) {
      SegmentEvent event = next();
      if (event instanceof SegmentEvent.Said said) {
        int before = keptRounds();
        said(said);
        more = !over && keptRounds() > before && moreCanRun();
        if (more) {
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
      } else if (!over
          && ready.size() < segment.groups().size()
          && slots.getAsInt() < segment.groups().size()) {
        fail("an executor was lost before all tasks had started");
      }
    }
  }

  private int keptRounds() {
    return reports.kept().map(WireState::rounds).orElse(0);
  }

  private boolean moreCanRun() {
    int tasks = segment.groups().size();
    return tasks < segment.plan().value().workers() && slots.getAsInt() > tasks;
  }

  private SegmentEvent next() {
    try {
      return events.poll(500, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("The driver was interrupted while a segment ran", e);
    }
  }

  private void said(SegmentEvent.Said said) {
    switch (kind(said.what())) {
      case READY -> ready((Control.Ready) said.what(), said.asks().orElseThrow());
      case MERGED -> {
        extend();
        reports.merged((Control.Merged) said.what());
        extend(); // what is told may take long, and is not the tasks' fault
      }
      case STATE_PIECE -> {
        piece((Control.StatePiece) said.what(), said.asks().orElseThrow());
        extend();
      }
      case ENDED -> ended((Control.Ended) said.what(), said.asks().orElseThrow());
    }
  }

  private enum Kind {
    READY,
    MERGED,
    STATE_PIECE,
    ENDED
  }

  private static Kind kind(Control control) {
    if (control instanceof Control.Ready) {
      return Kind.READY;
    }
    if (control instanceof Control.StatePiece) {
      return Kind.STATE_PIECE;
    }
    return control instanceof Control.Merged ? Kind.MERGED : Kind.ENDED;
  }

  private void ready(Control.Ready task, RpcCallContext asks) {
    if (!over && ready.containsKey(task.task())) {
      fail("task " + task.task() + " was started again: its executor was lost, or it failed");
    }
    if (over) {
      asks.reply(SegmentEndpoint.OVER);
      return;
    }
    ready.put(task.task(), task);
    extend();
    waiting.add(asks);
    if (ready.size() == segment.groups().size()) {
      byte[] membership = Membership.of(List.copyOf(ready.values())).encode();
      waiting.forEach(each -> each.reply(membership));
      waiting.clear();
    }
  }

  /** The task waits for the answer before it sends another state. */
  private void piece(Control.StatePiece piece, RpcCallContext asks) {
    try {
      if (piece.from() == 0) {
        arriving = new byte[piece.length()];
      }
      boolean whole = piece.isLast();
      piece.part().get(arriving, piece.from(), piece.part().remaining());
      if (whole) {
        reports.state(WireState.decode(arriving));
        arriving = NONE;
      }
    } finally {
      asks.reply(YES);
    }
  }

  private void ended(Control.Ended end, RpcCallContext asks) {
    ended.add(end);
    if (!end.failure().isEmpty()) {
      fail(end.failure());
    }
    boolean wanted = end.rounds() > granted;
    granted = Math.max(granted, end.rounds());
    asks.reply(wanted ? YES : SegmentEndpoint.NO);
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
      boolean allReady = ready.size() == segment.groups().size();
      double seconds =
          allReady
              ? 2 * segment.timeoutSeconds() + GRACE_SECONDS
              : Math.max(START_SECONDS, segment.timeoutSeconds());
      giveUp = System.nanoTime() + (long) (seconds * 1e9);
    }
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
      boolean allReady = ready.size() == segment.groups().size();
      starts
          .executors()
          .forEach(
              (task, executor) -> {
                if (allReady || !ready.containsKey(task)) {
                  executors.add(executor);
                }
              });
    }
    for (Control.Ended end : ended) {
      end.late().forEach(task -> executors.add(ready.get(task).executor()));
    }
    ended.forEach(end -> executors.remove(ready.get(end.task()).executor()));
    return List.copyOf(executors);
  }
}
