package org.meanfield.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.meanfield.average.OuterOptimizer;
import org.meanfield.average.ParameterAverager;
import org.meanfield.average.WeightedState;
import org.meanfield.model.ModelState;

/** Rounds whose contributions come to one process, which merges them: the mean, then one step. */
public final class CoordinatorMerge {
  private final TrainingPlan plan;
  private final Contributions contributions;

  /** Runs every worker's part of a round. */
  @FunctionalInterface
  public interface Contributions {
    /**
     * One contribution for each worker of the plan, in worker order.
     *
     * @param state merged state that every worker starts from
     */
    List<Contribution> of(Round round, ModelState state);
  }

  /** Merges what {@code contributions} gives as the plan says. */
  public CoordinatorMerge(TrainingPlan plan, Contributions contributions) {
    this.plan = plan;
    this.contributions = contributions;
  }

  /** As {@link RoundRunner#run}. */
  public MergedState run(Stretch stretch, MergedState start, Consumer<MergedRound> told) {
    MergedState now = start;
    for (Round round : stretch.rounds()) {
      Stopwatch watch = new Stopwatch();
      List<Contribution> arrived = contributions.of(round, now.state());
      double runSeconds = watch.lap();
      now = merge(round, now, arrived);
      told.accept(
          new MergedRound(
              round,
              arrived.stream().map(Contribution::report).toList(),
              runSeconds,
              watch.lap(),
              0,
              stretch.keeps(round) ? Optional.of(now) : Optional.empty()));
    }
    return now;
  }

  /** One merge, a pure function of its arguments and the plan. */
  MergedState merge(Round round, MergedState before, List<Contribution> inWorkerOrder) {
    List<WeightedState> weighted = new ArrayList<>(inWorkerOrder.size());
    for (Contribution contribution : inWorkerOrder) {
      if (Divergence.in(contribution)) {
        throw Divergence.of(contribution.worker(), round, contribution.meanLoss());
      }
      weighted.add(contribution.weighted());
    }
    ModelState mean = ParameterAverager.average(before.state(), weighted, plan.exchange());
    OuterOptimizer.Step step = plan.outer().step(before.state(), mean, before.velocity());
    return new MergedState(step.state(), step.velocity());
  }
}
