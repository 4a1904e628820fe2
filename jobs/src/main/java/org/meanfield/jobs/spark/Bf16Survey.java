package org.meanfield.jobs.spark;

import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.meanfield.engine.torch.TorchEngine;

/** Whether executors have bfloat16 in the processor or GPU that they train on. */
public final class Bf16Survey {
  private Bf16Survey() {}

  /**
   * Asks every executor that holds a shard, in one short Spark job.
   *
   * @param data loaded: its shards say which executors there are
   * @return those that lack it, by name, each once
   */
  public static List<String> lackingExecutors(WorkerData data) {
    return List.copyOf(
        new TreeSet<>(data.shards().toJavaRDD().mapPartitions(new NamesWhatLacksIt()).collect()));
  }

  /** Nothing where a task's device computes bfloat16, else the executor. */
  private static final class NamesWhatLacksIt implements FlatMapFunction<Iterator<Shard>, String> {
    private static final long serialVersionUID = 1L;

    @Override
    public Iterator<String> call(Iterator<Shard> shards) {
      List<String> lacking =
          TorchEngine.computesBf16(Executor.device()) ? List.of() : List.of(Executor.name());
      return lacking.iterator();
    }
  }
}
