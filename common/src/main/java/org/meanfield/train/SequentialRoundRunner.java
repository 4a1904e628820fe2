package org.meanfield.train;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.meanfield.engine.Engine;
import org.meanfield.engine.Replica;
import org.meanfield.model.ModelState;

/**
 * One JVM, one worker after the other: the specification that every other runner must match bit for
 * bit.
 */
public final class SequentialRoundRunner implements RoundRunner {
  private final List<? extends WorkerExamples> shards;
  private final WorkerTrainer trainer;
  private final Replica replica;
  private final CoordinatorMerge merge;

  /**
   * Opens one replica for all workers.
   *
   * @param shards the examples of each worker, in worker order
   */
  public SequentialRoundRunner(
      Engine engine,
      TrainingPlan plan,
      List<? extends WorkerExamples> shards,
      WorkerTrainer.IdRecording recording) {
    this.shards = List.copyOf(shards);
    this.trainer = new WorkerTrainer(plan, recording);
    this.replica = engine.open(plan.network(), 1);
    this.merge = new CoordinatorMerge(plan, this::contributions);
  }

  @Override
  public MergedState run(Stretch stretch, MergedState start, Consumer<MergedRound> told) {
    return merge.run(stretch, start, told);
  }

  @Override
  public int parallelism() {
    return 1;
  }

  @Override
  public void close() {
    trainer.close();
    replica.close();
  }

  private List<Contribution> contributions(Round round, ModelState state) {
    List<Contribution> contributions = new ArrayList<>(shards.size());
    for (int worker = 0; worker < shards.size(); worker++) {
      contributions.add(trainer.train(replica, shards.get(worker), worker, round, state));
    }
    return contributions;
  }
}
