package org.meanfield.jobs.spark;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.meanfield.train.MergedRound;
import org.meanfield.train.MergedState;
import org.meanfield.train.Round;
import org.meanfield.train.Stopwatch;
import org.meanfield.train.Stretch;
import org.meanfield.train.WorkerReport;

/**
 * Turns what tasks report into merged rounds, told once and in order, however often a round is run.
 * A round whose state is wanted is held back until the state is here, and so is the last one.
 */
final class SegmentReports {
  private final Stretch stretch;
  private final Consumer<MergedRound> told;
  private final Stopwatch watch = new Stopwatch();
  private final Map<Integer, List<Control.Merged>> arrived = new HashMap<>();
  private final Map<Integer, MergedState> states = new HashMap<>();
  private Optional<WireState> newestTold = Optional.empty();
  private int attemptStart; // index of its first round
  private int attemptTasks;
  private int next; // index of the round to tell
  private double toldSeconds;

  /**
   * For all rounds that a runner was asked for.
   *
   * @param told takes each of them
   */
  SegmentReports(Stretch stretch, Consumer<MergedRound> told) {
    this.stretch = stretch;
    this.told = told;
  }

  /**
   * Another attempt begins.
   *
   * @param start index of its first round; those before it {@linkplain #areWholeBefore are whole}
   * @param tasks how many report each round
   */
  void beginAttempt(int start, int tasks) {
    arrived.clear();
    states.clear();
    attemptStart = start;
    attemptTasks = tasks;
  }

  /** A task has a round merged. */
  void merged(Control.Merged report) {
    int index = attemptStart + report.index();
    if (index >= next) {
      arrived.computeIfAbsent(index, absent -> new ArrayList<>()).add(report);
      tellWhole();
    }
  }

  /**
   * A merged state is here while the attempt goes on.
   *
   * @param state with the rounds of the attempt that are merged in it
   */
  void state(WireState state) {
    int index = attemptStart + state.rounds() - 1;
    if (index >= next && stretch.keeps(stretch.rounds().get(index))) {
      states.put(index, state.merged());
      tellWhole();
    }
  }

  /**
   * True where every round before an index can be told: no report and no state that is wanted was
   * lost with a task.
   */
  boolean areWholeBefore(int end) {
    for (int index = next; index < end; index++) {
      if (!isReported(index) || !hasState(index)) {
        return false;
      }
    }
    return true;
  }

  private boolean isReported(int index) {
    return arrived.getOrDefault(index, List.of()).size() == attemptTasks;
  }

  private boolean hasState(int index) {
    return states.containsKey(index) || !stretch.keeps(stretch.rounds().get(index));
  }

  /** Tells what was reported before an index, also where a state is missing: nothing follows. */
  void tellReportedBefore(int end) {
    while (next < end && isReported(next)) {
      tell();
    }
  }

  /** The newest state that was told, with the rounds since the first attempt's start. */
  Optional<WireState> newestTold() {
    return newestTold;
  }

  /** The state after the last round is here. */
  void finish() {
    while (next < stretch.rounds().size()) {
      tell();
    }
  }

  private void tellWhole() {
    while (next < stretch.rounds().size() - 1 && areWholeBefore(next + 1)) {
      tell();
    }
  }

  private void tell() {
    Round round = stretch.rounds().get(next);
    if (!isReported(next)) {
      throw new IllegalStateException(
          "Round " + round.number() + " is merged, but not all tasks reported it");
    }
    List<Control.Merged> reports = arrived.remove(next);
    Optional<MergedState> state = Optional.ofNullable(states.remove(next));
    // What the last task to be ready spent is the exchange; the others also waited for it.
    double exchange =
        reports.stream().mapToDouble(Control.Merged::exchangeSeconds).min().orElseThrow();
    double waiting =
        reports.stream().mapToDouble(report -> report.exchangeSeconds() - exchange).sum();
    double seconds = seconds(reports);
    toldSeconds += seconds;
    next++;
    state.ifPresent(merged -> newestTold = Optional.of(new WireState(next, merged)));
    told.accept(new MergedRound(round, workers(reports, exchange), seconds, 0, waiting, state));
  }

  /**
   * A round lasts as long as its tasks say. Its first and its last one also get what the driver
   * spent on starting and ending the segment's job.
   */
  private double seconds(List<Control.Merged> reports) {
    double own = reports.stream().mapToDouble(Control.Merged::seconds).average().orElseThrow();
    boolean atTheEdge = next == attemptStart || next == stretch.rounds().size() - 1;
    return atTheEdge ? Math.max(own, watch.total() - toldSeconds) : own;
  }

  /** In worker order; a task's first worker stands for the exchange of all of them. */
  private static List<WorkerReport> workers(List<Control.Merged> reports, double exchange) {
    List<WorkerReport> workers = new ArrayList<>();
    for (Control.Merged report : reports) {
      for (int i = 0; i < report.workers().size(); i++) {
        WorkerReport worker = report.workers().get(i);
        workers.add(i == 0 ? withExchange(worker, exchange) : worker);
      }
    }
    workers.sort(Comparator.comparingInt(WorkerReport::worker));
    return workers;
  }

  private static WorkerReport withExchange(WorkerReport worker, double seconds) {
    return new WorkerReport(
        worker.worker(),
        worker.examples(),
        worker.meanLoss(),
        worker.time().plusExchange(seconds),
        worker.exampleIds());
  }
}
