package org.meanfield.jobs.spark;

import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.meanfield.model.ModelState;
import org.meanfield.model.ModelStateCodec;
import org.meanfield.train.Validator;

/**
 * Validates a merged state in a Spark job.
 *
 * @param pool of replicas on the executors
 * @param plan whose network is measured
 * @param validation sharded images
 */
record SparkValidator(JavaSparkContext spark, String pool, SharedPlan plan, WorkerData validation)
    implements Validator {

  @Override
  public double accuracy(ModelState state) {
    long examples = validation.sizes().stream().mapToLong(Integer::longValue).sum();
    Broadcast<byte[]> bytes = spark.broadcast(ModelStateCodec.encode(state));
    try {
      ValidationTask task = new ValidationTask(pool, plan, bytes);
      long correct = validation.shards().toJavaRDD().mapPartitions(task).reduce(Long::sum);
      return correct / (double) examples;
    } finally {
      bytes.destroy();
    }
  }
}
