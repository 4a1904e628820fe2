package org.meanfield.train;

import java.util.function.Consumer;
import org.meanfield.error.DivergedException;

/**
 * The coordinator: run and merge rounds, validate and checkpoint where due, until the plan is done.
 *
 * <p>In a {@link Round} every worker makes k iterations from the merged state on its own examples
 * ({@link WorkerTrainer}). The mean of their states is taken by examples ({@link
 * org.meanfield.average.ParameterAverager}), and the outer step leads from the merged state towards
 * it ({@link org.meanfield.average.OuterOptimizer}). Where that happens is the runner's affair,
 * which is handed a {@link Stretch} of rounds at a time.
 *
 * <p>Source: local SGD (Stich 2019) with an outer step (Wang et al. 2020).
 */
public final class TrainingLoop {
  private final TrainingPlan plan;
  private final RoundRunner runner;
  private final Validator validator;
  private final Consumer<Checkpoint> checkpoints;
  private final LoopIntervals intervals;
  private final TrainingListener listener;

  /**
   * Wires the parts; the runner stays the caller's to close.
   *
   * @param checkpoints takes what is to be kept, where the intervals say so
   */
  public TrainingLoop(
      TrainingPlan plan,
      RoundRunner runner,
      Validator validator,
      Consumer<Checkpoint> checkpoints,
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
      Progress progress = new Progress(now);
      Stretch stretch = intervals.stretch(plan, now.clock());
      MergedState merged = runner.run(stretch, now.merged(), progress::told);
      now = now.after(progress.clock, merged);
      if (intervals.validationIsDue(now.clock())) {
        now = now.withValidationAccuracy(validator.accuracy(now.state()));
        listener.validated(now.clock(), now.validationAccuracy());
      }
      if (intervals.checkpointIsDue(now.clock())) {
        keep(now);
      }
    }
    return now;
  }

  private void keep(Checkpoint now) {
    listener.beforeCheckpoint(now.clock());
    checkpoints.accept(now);
  }

  /** Moves the clock on with each merged round, tells the listener, and keeps the states wanted. */
  private final class Progress {
    private final Checkpoint start;
    private TrainingClock clock;

    Progress(Checkpoint start) {
      this.start = start;
      this.clock = start.clock();
    }

    void told(MergedRound merged) {
      clock = plan.after(merged.round(), clock, merged.examples());
      listener.roundMerged(RoundReport.of(merged, clock, runner.parallelism(), plan.engine()));
      merged.state().ifPresent(state -> keep(start.after(clock, state)));
    }
  }
}
