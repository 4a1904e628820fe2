package org.meanfield.train;

import java.util.List;
import org.meanfield.data.Seeds;
import org.meanfield.engine.Minibatch;
import org.meanfield.engine.Replica;
import org.meanfield.engine.StepPosition;
import org.meanfield.model.ModelState;

/**
 * The pure function at the heart of a round: merged state in, contribution out. Every runner calls
 * this and nothing else, which is why they agree.
 */
public final class WorkerTrainer {
  private final TrainingPlan plan;
  private final IdRecording recording;

  /** Whether contributions name the examples they trained on. */
  public enum IdRecording {
    /** They do, at 64 bytes an example. */
    ON,
    /** They only count them. */
    OFF
  }

  /** For one plan. */
  public WorkerTrainer(TrainingPlan plan, IdRecording recording) {
    this.plan = plan;
    this.recording = recording;
  }

  /**
   * A worker's part of a round.
   *
   * @param replica of the plan's network; what it held before does not matter
   * @param examples the worker's own
   * @param state merged state that the round starts from
   */
  public Contribution train(
      Replica replica, WorkerExamples examples, int worker, Round round, ModelState state) {
    Stopwatch watch = new Stopwatch();
    replica.load(state);
    double exchange = watch.lap();
    double compute = 0;
    double data = 0;
    double lossSum = 0;
    int trained = 0;
    List<String> ids;
    try (MinibatchStream minibatches = new MinibatchStream(plan, examples, worker, round)) {
      ids = recording == IdRecording.ON ? minibatches.ids(round) : List.of();
      for (int local = 0; minibatches.hasNext() && Double.isFinite(lossSum); local++) {
        Minibatch minibatch = minibatches.next();
        data += watch.lap();
        lossSum += minibatch.size() * replica.step(minibatch, position(worker, round, local));
        trained += minibatch.size();
        compute += watch.lap();
      }
    }
    ModelState trainedState = trained == 0 ? state : replica.state();
    exchange += watch.lap();
    double meanLoss = trained == 0 ? 0 : lossSum / trained;
    WorkerTime time = new WorkerTime(compute, data, exchange);
    return new Contribution(worker, round.number(), trainedState, trained, meanLoss, time, ids);
  }

  private StepPosition position(int worker, Round round, int local) {
    int iteration = round.iteration() + local;
    long seed = Seeds.derive(plan.seed(), "step", worker, iteration);
    return new StepPosition(iteration, round.epoch(), seed);
  }
}
