package org.meanfield.train;

import java.util.List;
import org.meanfield.average.OuterOptimizer;
import org.meanfield.average.ParameterAverager;
import org.meanfield.error.DivergedException;

/**
 * The coordinator: run a round, merge, report, validate and checkpoint where due, until the plan is
 * done.
 *
 * <p>Source: local SGD (Stich 2019) with an outer step (Wang et al. 2020).
 */
public final class TrainingLoop {
  private final TrainingPlan plan;
  private final RoundRunner runner;
  private final Validator validator;
  private final CheckpointStore checkpoints;
  private final LoopIntervals intervals;
  private final TrainingListener listener;

  /** Wires the parts; the runner stays the caller's to close. */
  public TrainingLoop(
      TrainingPlan plan,
      RoundRunner runner,
      Validator validator,
      CheckpointStore checkpoints,
      LoopIntervals intervals,
      TrainingListener listener) {
    this.plan = plan;
    this.runner = runner;
    this.validator = validator;
    this.checkpoints = checkpoints;
    this.intervals = intervals;
    this.listener = listener;
  }

  /**
   * Trains from {@code start} to the end of the plan.
   *
   * @return the last merged state with its clock
   * @throws DivergedException where a loss or a weight is not finite; the last checkpoint stays
   */
  public Checkpoint run(Checkpoint start) {
    Checkpoint now = start;
    while (!plan.isComplete(now.clock())) {
      Round round = plan.nextRound(now.clock());
      Stopwatch watch = new Stopwatch();
      List<Contribution> contributions = runner.run(round, now.state());
      double runSeconds = watch.lap();
      now = merge(now, round, contributions);
      listener.roundMerged(report(now.clock(), round, contributions, runSeconds, watch.lap()));
      if (intervals.validationIsDue(now.clock())) {
        now = now.withValidationAccuracy(validator.accuracy(now.state()));
        listener.validated(now.clock(), now.validationAccuracy());
      }
      if (intervals.checkpointIsDue(now.clock())) {
        listener.beforeCheckpoint(now.clock());
        checkpoints.save(now);
      }
    }
    return now;
  }

  private Checkpoint merge(Checkpoint before, Round round, List<Contribution> contributions) {
    requireFinite(round, contributions);
    var mean =
        ParameterAverager.average(contributions.stream().map(Contribution::weighted).toList());
    OuterOptimizer.Step step = plan.outer().step(before.state(), mean, before.velocity());
    long examples = contributions.stream().mapToLong(Contribution::examples).sum();
    TrainingClock clock = plan.after(round, before.clock(), examples);
    return new Checkpoint(
        before.planDigest(), clock, step.state(), step.velocity(), before.validationAccuracy());
  }

  private RoundReport report(
      TrainingClock clock,
      Round round,
      List<Contribution> contributions,
      double runSeconds,
      double mergeSeconds) {
    long examples = contributions.stream().mapToLong(Contribution::examples).sum();
    double lossSum = contributions.stream().mapToDouble(c -> c.meanLoss() * c.examples()).sum();
    TimeShares shares =
        TimeShares.of(
            contributions.stream().map(Contribution::time).toList(),
            runner.parallelism(),
            runSeconds,
            mergeSeconds);
    return new RoundReport(
        round,
        clock,
        lossSum / examples,
        examples,
        runSeconds + mergeSeconds,
        shares,
        contributions);
  }

  private static void requireFinite(Round round, List<Contribution> contributions) {
    for (Contribution contribution : contributions) {
      if (!Double.isFinite(contribution.meanLoss()) || !contribution.state().isFinite()) {
        throw new DivergedException(
            "Worker "
                + contribution.worker()
                + " diverged in round "
                + round.number()
                + " (epoch "
                + (round.epoch() + 1)
                + ", iterations "
                + round.iteration()
                + " to "
                + (round.iteration() + round.iterations() - 1)
                + "): its loss is "
                + contribution.meanLoss()
                + (contribution.state().isFinite() ? "" : " and its weights are not finite")
                + ". The last checkpoint is whole. Lower optimizer.learning-rate, or set optimizer.clip-norm");
      }
    }
  }
}
