package org.meanfield.jobs.ml;

import java.io.Serializable;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.meanfield.jobs.storage.ShippedModel;

/**
 * A model that executors get once an application, whatever number of DataFrames is scored with it.
 * Spark takes it away from them when nothing refers to it any more.
 */
final class SharedModel implements Serializable {
  private static final long serialVersionUID = 1L;

  private final ShippedModel model;
  private transient String application;
  private transient Broadcast<ShippedModel> broadcast;

  SharedModel(ShippedModel model) {
    this.model = model;
  }

  ShippedModel model() {
    return model;
  }

  synchronized Broadcast<ShippedModel> on(SparkSession spark) {
    String running = spark.sparkContext().applicationId();
    if (broadcast == null || !running.equals(application)) {
      broadcast = JavaSparkContext.fromSparkContext(spark.sparkContext()).broadcast(model);
      application = running;
    }
    return broadcast;
  }
}
