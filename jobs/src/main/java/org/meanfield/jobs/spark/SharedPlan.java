package org.meanfield.jobs.spark;

import java.io.Serializable;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.meanfield.train.TrainingPlan;

/** A plan on every executor, unpacked once by each task. */
final class SharedPlan implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Broadcast<Parcel<TrainingPlan>> parcel;
  private transient TrainingPlan plan;

  /** Broadcasts the plan. */
  SharedPlan(JavaSparkContext spark, TrainingPlan plan) {
    this.parcel = spark.broadcast(Parcel.of(plan));
    this.plan = plan;
  }

  /** The plan, on whichever machine this is called. */
  synchronized TrainingPlan value() {
    if (plan == null) {
      plan = parcel.value().open();
    }
    return plan;
  }

  /** Frees it on all executors. */
  void destroy() {
    parcel.destroy();
  }
}
