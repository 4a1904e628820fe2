package org.meanfield.jobs.spark;

import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.meanfield.engine.Replica;
import org.meanfield.model.ModelState;
import org.meanfield.model.ModelStateCodec;
import org.meanfield.train.Contribution;
import org.meanfield.train.Round;
import org.meanfield.train.Stopwatch;
import org.meanfield.train.WorkerTrainer;

/** One worker's part of one round, on an executor. */
final class RoundTask implements FlatMapFunction<Iterator<Shard>, WireContribution> {
  private static final long serialVersionUID = 1L;

  private final String pool;
  private final SharedPlan plan;
  private final Broadcast<byte[]> state;
  private final Round round;
  private final WorkerTrainer.IdRecording recording;

  RoundTask(
      String pool,
      SharedPlan plan,
      Broadcast<byte[]> state,
      Round round,
      WorkerTrainer.IdRecording recording) {
    this.pool = pool;
    this.plan = plan;
    this.state = state;
    this.round = round;
    this.recording = recording;
  }

  @Override
  public Iterator<WireContribution> call(Iterator<Shard> shards) {
    Shard shard = shards.next();
    Stopwatch watch = new Stopwatch();
    ModelState start =
        ModelStateCodec.decode(state.value(), "The broadcast state of round " + round.number());
    double exchange = watch.lap();
    Replica replica = ReplicaPool.borrow(pool, plan.value());
    Contribution contribution;
    try (WorkerTrainer trainer = new WorkerTrainer(plan.value(), recording)) {
      contribution = trainer.train(replica, shard.examples(), shard.worker(), round, start);
    } catch (RuntimeException e) {
      replica.close();
      throw e;
    }
    ReplicaPool.giveBack(pool, replica);
    watch.lap();
    byte[] encoded = ModelStateCodec.encode(contribution.state());
    exchange += watch.lap();
    return List.of(
            new WireContribution(
                contribution,
                encoded,
                contribution.time().plusExchange(exchange),
                Executor.location()))
        .iterator();
  }
}
