package org.meanfield.jobs.spark;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.meanfield.train.MergedRound;
import org.meanfield.train.Round;
import org.meanfield.train.Stopwatch;
import org.meanfield.train.WorkerReport;

/**
 * Turns what tasks report into merged rounds, told once and in order, however often a round is run.
 * The last round of a segment is held back until its state is here.
 */
final class SegmentReports {
  private final List<Round> rounds;
  private final Consumer<MergedRound> told;
  private final Stopwatch watch = new Stopwatch();
  private final Map<Integer, List<Control.Merged>> arrived = new HashMap<>();
  private int first;
  private int tasks;
  private int next;

  /**
   * For all rounds that a runner was asked for.
   *
   * @param told takes each of them
   */
  SegmentReports(List<Round> rounds, Consumer<MergedRound> told) {
    this.rounds = rounds;
    this.told = told;
  }

  /**
   * Another attempt begins.
   *
   * @param from index of its first round
   * @param ofTasks how many tasks report each round
   */
  void attempt(int from, int ofTasks) {
    arrived.clear();
    first = from;
    tasks = ofTasks;
  }

  /** A task has a round merged. */
  void merged(Control.Merged report) {
    int index = first + report.index();
    List<Control.Merged> reports = arrived.computeIfAbsent(index, absent -> new ArrayList<>());
    reports.add(report);
    while (next < rounds.size() - 1 && isWhole(next)) {
      tell();
    }
  }

  /** The state after the last round is here. */
  void finish() {
    while (next < rounds.size()) {
      if (!isWhole(next)) {
        throw new IllegalStateException(
            "Round " + rounds.get(next).number() + " is merged, but not all tasks reported it");
      }
      tell();
    }
  }

  private boolean isWhole(int index) {
    return arrived.getOrDefault(index, List.of()).size() == tasks;
  }

  private void tell() {
    List<Control.Merged> reports = arrived.remove(next);
    // What the last task to be ready spent is the exchange; the others also waited for it.
    double exchange =
        reports.stream().mapToDouble(Control.Merged::exchangeSeconds).min().orElseThrow();
    double waiting =
        reports.stream().mapToDouble(report -> report.exchangeSeconds() - exchange).sum();
    List<WorkerReport> workers = new ArrayList<>();
    for (Control.Merged report : reports) {
      for (int i = 0; i < report.workers().size(); i++) {
        WorkerReport worker = report.workers().get(i);
        workers.add(i == 0 ? withExchange(worker, exchange) : worker);
      }
    }
    workers.sort(Comparator.comparingInt(WorkerReport::worker));
    told.accept(new MergedRound(rounds.get(next), workers, watch.lap(), 0, waiting));
    next++;
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
