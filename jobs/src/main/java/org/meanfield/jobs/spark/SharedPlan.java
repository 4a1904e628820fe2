package org.meanfield.jobs.spark;

import java.io.Serializable;
import java.nio.ByteBuffer;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.serializer.SerializerInstance;
import org.meanfield.train.TrainingPlan;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * A plan on every executor. It is broadcast in the form in which Spark ships closures, whatever the
 * application's {@code spark.serializer} is: Kryo cannot read records.
 */
final class SharedPlan implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final ClassTag<TrainingPlan> PLAN = ClassTag$.MODULE$.apply(TrainingPlan.class);

  private final Broadcast<byte[]> bytes;
  private transient TrainingPlan plan;

  /** Broadcasts the plan. */
  SharedPlan(JavaSparkContext spark, TrainingPlan plan) {
    ByteBuffer closure = closures().serialize(plan, PLAN);
    byte[] content = new byte[closure.remaining()];
    closure.get(content);
    this.bytes = spark.broadcast(content);
    this.plan = plan;
  }

  /** The plan, on whichever machine this is called. */
  synchronized TrainingPlan value() {
    if (plan == null) {
      ClassLoader classes = Thread.currentThread().getContextClassLoader();
      plan = closures().deserialize(ByteBuffer.wrap(bytes.value()), classes, PLAN);
    }
    return plan;
  }

  /** Frees it on all executors. */
  void destroy() {
    bytes.destroy();
  }

  private static SerializerInstance closures() {
    return SparkEnv.get().closureSerializer().newInstance();
  }
}
