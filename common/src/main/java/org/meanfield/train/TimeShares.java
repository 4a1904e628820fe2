package org.meanfield.train;

import java.util.Collection;

/**
 * Where the slots' time of one or more rounds went; the four add up to 1.
 *
 * @param compute in the networks' steps
 * @param data waiting for minibatches
 * @param exchange moving, loading and merging states
 * @param scheduling the rest: starting tasks, and slots that wait for the slowest worker
 */
public record TimeShares(double compute, double data, double exchange, double scheduling) {
  /** Of no time at all. */
  public static final TimeShares NONE = new TimeShares(0, 0, 0, 0);

  /**
   * The shares of one round.
   *
   * @param workers their times
   * @param slots workers that can train at the same time
   * @param runSeconds that the runner took
   * @param mergeSeconds that the coordinator took afterwards
   */
  public static TimeShares of(
      Collection<WorkerTime> workers, int slots, double runSeconds, double mergeSeconds) {
    double total = (runSeconds + mergeSeconds) * Math.min(slots, workers.size());
    double compute = workers.stream().mapToDouble(WorkerTime::compute).sum() / total;
    double data = workers.stream().mapToDouble(WorkerTime::data).sum() / total;
    double exchange =
        workers.stream().mapToDouble(WorkerTime::exchange).sum() / total
            + mergeSeconds / (runSeconds + mergeSeconds);
    return new TimeShares(compute, data, exchange, Math.max(0, 1 - compute - data - exchange));
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
        mine * scheduling + theirs * other.scheduling);
  }
}
