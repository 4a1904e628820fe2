package org.meanfield.jobs.spark;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.meanfield.error.MeanfieldException;
import org.meanfield.train.Divergence;
import org.meanfield.train.MergedRound;
import org.meanfield.train.MergedState;
import org.meanfield.train.Stretch;
import org.meanfield.train.TrainingPlan;
import org.meanfield.train.Validator;
import org.meanfield.train.WorkerTrainer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Spark job for many rounds: its tasks stay, keep their replicas open, and merge with each other.
 * The driver hears of each round, and gets the merged state at the end and where it is wanted on
 * the way.
 *
 * <p>The rounds of one job are a segment: at first all of the stretch that is asked for. Where a
 * task, an executor or a connection fails, the segment ends on all sides, and what is left is
 * another segment, on the executors that are left, from the newest state that somebody holds; the
 * result cannot tell.
 */
public final class ResidentRoundRunner implements ClusterRunner {
  private static final Logger LOG = LoggerFactory.getLogger(ResidentRoundRunner.class);
  private static final int FAILURES_IN_A_ROW = 4;
  private static final long POLL_MILLIS = 200;

  private final JavaSparkContext spark;
  private final WorkerData training;
  private final WorkerTrainer.IdRecording recording;
  private final SharedPlan plan;
  private final double timeoutSeconds;
  private final IntSupplier slots;
  private final String pool = UUID.randomUUID().toString();
  private final Releases releases = Releases.listening();
  private long segments;
  private List<Long> exchangedBytes = List.of();

  /**
   * Broadcasts the plan. Ownership: the data stays the caller's to close.
   *
   * @param timeoutSeconds how long a round may take before its segment is given up
   */
  public ResidentRoundRunner(
      JavaSparkContext spark,
      TrainingPlan plan,
      WorkerData training,
      WorkerTrainer.IdRecording recording,
      double timeoutSeconds) {
    this(spark, plan, training, recording, timeoutSeconds, () -> slotsOf(spark.sc()));
  }

  /** With another notion of how many tasks can run at the same time. */
  ResidentRoundRunner(
      JavaSparkContext spark,
      TrainingPlan plan,
      WorkerData training,
      WorkerTrainer.IdRecording recording,
      double timeoutSeconds,
      IntSupplier slots) {
    this.spark = spark;
    this.slots = slots;
    this.training = training;
    this.recording = recording;
    this.plan = new SharedPlan(spark, plan);
    this.timeoutSeconds = timeoutSeconds;
  }

  /** Why rounds cannot be resident in an application; empty where they can. */
  public static Optional<String> refusal(SparkConf conf) {
    if (conf.getBoolean("spark.dynamicAllocation.enabled", false)) {
      return Optional.of("spark.dynamicAllocation.enabled takes executors away that look idle");
    }
    if (conf.getBoolean("spark.speculation", false)) {
      return Optional.of("spark.speculation runs tasks twice");
    }
    return Optional.empty();
  }

  /** Why rounds gain nothing from being resident now; empty where they do. */
  public static Optional<String> noGain(SparkContext context) {
    return slotsOf(context) > 1
        ? Optional.empty()
        : Optional.of("only one task can run at a time, so that nothing is exchanged");
  }

  /**
   * As the interface says.
   *
   * @throws ResidentRoundsException where a round failed several times in a row
   */
  @Override
  public MergedState run(Stretch stretch, MergedState start, Consumer<MergedRound> told) {
    SegmentReports reports = new SegmentReports(stretch, told);
    WireState now = new WireState(0, start);
    int failures = 0;
    while (now.rounds() < stretch.rounds().size()) {
      int tasks = Math.min(plan.value().workers(), awaitSlots());
      reports.beginAttempt(now.rounds(), tasks);
      SegmentEnd end = attempt(stretch.from(now.rounds()), now.merged(), tasks, reports);
      if (end.diverged().isPresent()) {
        Control.Ended diverged = end.diverged().get();
        int at = now.rounds() + diverged.rounds();
        reports.tellReportedBefore(at);
        throw Divergence.of(diverged.diverged(), stretch.rounds().get(at), diverged.loss());
      }
      WireState reached = reached(now, end, reports);
      failures = reached.rounds() > now.rounds() ? 0 : failures + 1;
      now = reached;
      if (now.rounds() < stretch.rounds().size()) {
        Stretch rest = stretch.from(now.rounds());
        if (!end.forMoreTasks() && failures >= FAILURES_IN_A_ROW && !isStated(end.cause())) {
          reports.tellReportedBefore(now.rounds());
          throw new ResidentRoundsException(
              failed(end, failures, rest), end.cause().orElse(null), rest, now.merged());
        }
        recover(end, failures, rest);
      }
    }
    reports.finish();
    return now.merged();
  }

  /**
   * The newest state to go on from: what a survivor holds, unless a task was lost before it could
   * report a round of it, or send a state on the way; then the last one that the driver got on the
   * way, and the rounds after that run again.
   */
  private static WireState reached(WireState now, SegmentEnd end, SegmentReports reports) {
    if (end.newest().isPresent()) {
      WireState newest = end.newest().get(); // its rounds are those of the segment alone
      reports.state(newest);
      int rounds = now.rounds() + newest.rounds();
      if (reports.areWholeBefore(rounds)) {
        return new WireState(rounds, newest.merged());
      }
    }
    return reports.newestTold().filter(told -> told.rounds() > now.rounds()).orElse(now);
  }

  @Override
  public Validator validator(WorkerData validation) {
    return new SparkValidator(spark, pool, plan, validation);
  }

  @Override
  public int parallelism() {
    return Math.max(1, slots.getAsInt());
  }

  @Override
  public void close() {
    releases.everywhere(pool);
    plan.destroy();
  }

  /** Bytes that each task's process had sent when the last segment ended, in task order. */
  List<Long> exchangedBytes() {
    return exchangedBytes;
  }

  private SegmentEnd attempt(
      Stretch stretch, MergedState start, int tasks, SegmentReports reports) {
    Broadcast<byte[]> state = spark.broadcast(new WireState(0, start).encode());
    segments++;
    Segment segment =
        new Segment(
            UUID.randomUUID().getLeastSignificantBits(),
            "meanfield-segment-" + pool + "-" + segments,
            pool,
            plan,
            state,
            stretch,
            WorkerGroups.of(homes(), tasks),
            recording,
            timeoutSeconds);
    try {
      SegmentAttempt attempt = new SegmentAttempt(spark.sc(), segment, slots, reports);
      SegmentEnd end = attempt.run(training.shards());
      exchangedBytes = attempt.exchangedBytes();
      return end;
    } finally {
      state.destroy();
    }
  }

  /** Where each worker's shard lies; empty text where it lies nowhere yet. */
  private List<String> homes() {
    return IntStream.range(0, plan.value().workers())
        .mapToObj(worker -> training.shards().home(worker).orElse(""))
        .toList();
  }

  private void recover(SegmentEnd end, int failures, Stretch rest) {
    int next = rest.rounds().get(0).number();
    if (end.forMoreTasks()) {
      LOG.info("Going on from round {} in a new job: {}", next, end.failure());
      return;
    }
    if (isStated(end.cause())) {
      throw new IllegalStateException(failed(end, failures, rest), end.cause().orElse(null));
    }
    LOG.warn("Going on from round {} in a new job: {}", next, end.failure());
    for (String executor : end.hanging()) {
      LOG.warn("Executor {} hangs; asking for another in its place", executor);
      spark.sc().killAndReplaceExecutor(executor);
    }
  }

  private static String failed(SegmentEnd end, int failures, Stretch rest) {
    return "Resident rounds failed "
        + failures
        + " time(s) in a row at round "
        + rest.rounds().get(0).number()
        + ", the last time because "
        + end.failure()
        + ". The last checkpoint is whole; train.runner=job runs a Spark job a round instead";
  }

  /** True for a failure that another attempt would meet again. */
  private static boolean isStated(Optional<Throwable> cause) {
    for (Throwable e = cause.orElse(null); e != null; e = e.getCause()) {
      if (e instanceof MeanfieldException) {
        return true;
      }
    }
    return false;
  }

  private int awaitSlots() {
    long deadline = System.nanoTime() + (long) (timeoutSeconds * 1e9);
    int found = slots.getAsInt();
    while (found == 0) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "No executor is left, and none came within " + timeoutSeconds + " s");
      }
      try {
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("The driver was interrupted while it waited", e);
      }
      found = slots.getAsInt();
    }
    return found;
  }

  private static int slotsOf(SparkContext context) {
    return context.maxNumConcurrentTasks(context.resourceProfileManager().defaultResourceProfile());
  }
}
