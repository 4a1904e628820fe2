package org.meanfield.jobs.spark;

import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import scala.Tuple2;

/** Looks at what executors keep. */
public final class KeptShards {
  private KeptShards() {}

  /** Shards of each executor, by its id: one task for each, which all run at once. */
  public static Map<String, Integer> on(JavaSparkContext spark, int executors) {
    return spark
        .parallelize(Collections.nCopies(executors, 0), executors)
        .mapPartitionsToPair(new Count())
        .collectAsMap();
  }

  private static final class Count
      implements PairFlatMapFunction<Iterator<Integer>, String, Integer> {
    private static final long serialVersionUID = 1L;

    @Override
    public Iterator<Tuple2<String, Integer>> call(Iterator<Integer> ignored) {
      return List.of(new Tuple2<>(SparkEnv.get().executorId(), LocalShards.count())).iterator();
    }
  }
}
