package org.meanfield.jobs.spark;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.meanfield.model.ModelState;
import org.meanfield.model.ModelStateCodec;
import org.meanfield.train.Contribution;
import org.meanfield.train.CoordinatorMerge;
import org.meanfield.train.MergedRound;
import org.meanfield.train.MergedState;
import org.meanfield.train.Round;
import org.meanfield.train.Stretch;
import org.meanfield.train.TrainingPlan;
import org.meanfield.train.Validator;
import org.meanfield.train.WorkerTrainer;

/**
 * A Spark job a round: the merged state is broadcast, each worker's task trains where its shard
 * lies, contributions come back and are put in worker order. Lost, repeated and speculative tasks
 * are Spark's to run again; the result cannot tell.
 */
public final class SparkRoundRunner implements ClusterRunner {
  private final JavaSparkContext spark;
  private final WorkerData training;
  private final WorkerTrainer.IdRecording recording;
  private final SharedPlan plan;
  private final CoordinatorMerge merge;
  private final String pool = UUID.randomUUID().toString();
  private final Releases releases = Releases.listening();

  /** Broadcasts the plan. Ownership: the data stays the caller's to close. */
  public SparkRoundRunner(
      JavaSparkContext spark,
      TrainingPlan plan,
      WorkerData training,
      WorkerTrainer.IdRecording recording) {
    this.spark = spark;
    this.training = training;
    this.recording = recording;
    this.plan = new SharedPlan(spark, plan);
    this.merge = new CoordinatorMerge(plan, this::contributions);
  }

  @Override
  public MergedState run(Stretch stretch, MergedState start, Consumer<MergedRound> told) {
    return merge.run(stretch, start, told);
  }

  private List<Contribution> contributions(Round round, ModelState state) {
    List<WireContribution> arrived;
    Broadcast<byte[]> bytes = spark.broadcast(ModelStateCodec.encode(state));
    try {
      RoundTask task = new RoundTask(pool, plan, bytes, round, recording);
      arrived = new ArrayList<>(training.shards().toJavaRDD().mapPartitions(task).collect());
    } finally {
      bytes.destroy();
    }
    arrived.sort(Comparator.comparingInt(WireContribution::worker));
    arrived.forEach(wire -> training.shards().shardIsAt(wire.worker(), wire.location()));
    return arrived.stream().parallel().map(WireContribution::decode).toList();
  }

  @Override
  public Validator validator(WorkerData validation) {
    return new SparkValidator(spark, pool, plan, validation);
  }

  @Override
  public int parallelism() {
    int cpus = Integer.parseInt(spark.getConf().get("spark.task.cpus", "1"));
    return Math.max(1, spark.defaultParallelism() / cpus);
  }

  @Override
  public void close() {
    releases.everywhere(pool);
    plan.destroy();
  }
}
