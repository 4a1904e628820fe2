package org.meanfield.train;

import java.util.List;

/**
 * Where the slots' time of one or more rounds went; the five add up to 1.
 *
 * @param compute in the networks' steps
 * @param data waiting for minibatches
 * @param exchange moving, loading and merging states
 * @param waiting tasks of a resident round that are done wait for the slowest one
 * @param scheduling the rest: starting tasks; where each round is a job, waiting is part of it
 */
public record TimeShares(
    double compute, double data, double exchange, double waiting, double scheduling) {
  /** Of no time at all. */
  public static final TimeShares NONE = new TimeShares(0, 0, 0, 0, 0);

  /**
   * The shares of one round.
   *
   * @param round the runner's figures of it
   * @param slots workers that can train at the same time
   */
  static TimeShares of(MergedRound round, int slots) {
    List<WorkerTime> workers = round.workers().stream().map(WorkerReport::time).toList();
    double seconds = round.runSeconds() + round.mergeSeconds();
    double total = seconds * Math.min(slots, workers.size());
    double compute = workers.stream().mapToDouble(WorkerTime::compute).sum() / total;
    double data = workers.stream().mapToDouble(WorkerTime::data).sum() / total;
    double exchange =
        workers.stream().mapToDouble(WorkerTime::exchange).sum() / total
            + round.mergeSeconds() / seconds;
    double waiting = round.waitingSeconds() / total;
    double rest = Math.max(0, 1 - compute - data - exchange - waiting);
    return new TimeShares(compute, data, exchange, waiting, rest);
  }

  /** What one more of would make rounds faster: where most of the time went. */
  public Limit limit() {
    Limit limit = Limit.COMPUTE;
    double largest = compute;
    if (data > largest) {
      limit = Limit.DATA;
      largest = data;
    }
    if (exchange > largest) {
      limit = Limit.EXCHANGE;
      largest = exchange;
    }
    if (waiting > largest) {
      limit = Limit.WAITING;
      largest = waiting;
    }
    return scheduling > largest ? Limit.SCHEDULING : limit;
  }

  /**
   * The mean of these shares and others, weighted by the seconds they stand for.
   *
   * @param seconds that these stand for
   * @param otherSeconds that the others stand for
   */
  TimeShares mean(double seconds, TimeShares other, double otherSeconds) {
    double total = seconds + otherSeconds;
    double mine = seconds / total;
    double theirs = otherSeconds / total;
    return new TimeShares(
        mine * compute + theirs * other.compute,
        mine * data + theirs * other.data,
        mine * exchange + theirs * other.exchange,
        mine * waiting + theirs * other.waiting,
        mine * scheduling + theirs * other.scheduling);
  }
}
