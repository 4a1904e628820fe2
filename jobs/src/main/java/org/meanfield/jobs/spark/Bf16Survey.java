package org.meanfield.jobs.spark;

import java.util.Collections;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.SparkSession;
import org.meanfield.engine.torch.TorchEngine;

/** Whether tasks have bfloat16 in the processor or GPU that they compute on. */
public final class Bf16Survey {
  private Bf16Survey() {}

  /** Asks as many tasks as run at once: on every executor that has registered, as a rule. */
  public static boolean everyTaskComputesIt(SparkSession spark) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    int tasks = context.defaultParallelism();
    return context
        .parallelize(Collections.nCopies(tasks, 0), tasks)
        .map(new Ask())
        .collect()
        .stream()
        .allMatch(answer -> answer);
  }

  /** What one task's device can do. */
  private static final class Ask implements Function<Integer, Boolean> {
    private static final long serialVersionUID = 1L;

    @Override
    public Boolean call(Integer ignored) {
      return TorchEngine.computesBf16(Executor.device());
    }
  }
}
