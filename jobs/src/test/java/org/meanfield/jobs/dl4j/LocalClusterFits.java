package org.meanfield.jobs.dl4j;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.meanfield.data.Sha256;
import org.meanfield.jobs.spark.KeptShards;
import org.nd4j.linalg.dataset.DataSet;

/**
 * Fits a network of DL4J's on two executors of their own, then on local threads, and prints the
 * weights' digests and what the executors kept, before and after it was released.
 */
public final class LocalClusterFits {
  private static final int EXECUTORS = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private LocalClusterFits() {}

  /** Needs Spark's jars in SPARK_HOME. */
  public static void main(String[] args) {
    SparkConf cluster =
        conf("local-cluster[2,1,1024]")
            .set("spark.executor.extraClassPath", System.getProperty("java.class.path"))
            .set("spark.scheduler.minRegisteredResourcesRatio", "1.0");
    try (JavaSparkContext spark = new JavaSparkContext(cluster)) {
      System.out.println("cluster " + fit(spark));
    }
    try (JavaSparkContext spark = new JavaSparkContext(conf("local[2]"))) {
      System.out.println("threads " + fit(spark));
    }
  }

  private static SparkConf conf(String master) {
    return new SparkConf().setMaster(master).setAppName("fits").set("spark.ui.enabled", "false");
  }

  private static String fit(JavaSparkContext spark) {
    boolean local = spark.isLocal();
    MeanfieldTrainingMaster master = MeanfieldTrainingMasterTest.builder().build();
    SparkDl4jMultiLayer training =
        new SparkDl4jMultiLayer(spark, TinyMinibatches.convolutional(), master);
    JavaRDD<DataSet> data = spark.parallelize(TinyMinibatches.images(5), 3);
    training.fit(data);
    training.fit(data);
    if (!local) {
      System.out.println("kept " + await(spark, kept -> kept.size() == EXECUTORS));
    }
    master.deleteTempFiles(spark);
    if (!local) {
      System.out.println(
          "left " + await(spark, kept -> kept.size() == EXECUTORS && sum(kept) == 0));
    }
    return digest(training.getNetwork().params().toFloatVector());
  }

  /** What executors keep, as soon as it is what is hoped for, or patience ends. */
  private static Map<String, Integer> await(
      JavaSparkContext spark, Predicate<Map<String, Integer>> hoped) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Map<String, Integer> kept = KeptShards.on(spark, EXECUTORS);
    while (!hoped.test(kept) && System.nanoTime() < deadline) {
      kept = KeptShards.on(spark, EXECUTORS);
    }
    return new TreeMap<>(kept);
  }

  private static int sum(Map<String, Integer> kept) {
    return kept.values().stream().mapToInt(Integer::intValue).sum();
  }

  private static String digest(float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length);
    bytes.asFloatBuffer().put(values);
    return HexFormat.of().formatHex(Sha256.digest().digest(bytes.array()));
  }
}
