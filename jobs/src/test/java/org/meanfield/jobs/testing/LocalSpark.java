package org.meanfield.jobs.testing;

import org.apache.spark.serializer.KryoSerializer;
import org.apache.spark.sql.SparkSession;
import org.nd4j.kryo.Nd4jRegistrator;

/**
 * The Spark of the tests: two cores in this process, shared by the classes that run in it. Its
 * serializer is Kryo, as in many applications: it refuses more than Java's.
 */
public final class LocalSpark {
  private LocalSpark() {}

  /** The session, started where none is. */
  public static SparkSession session() {
    return SparkSession.builder()
        .master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", 2)
        .config("spark.serializer", KryoSerializer.class.getName())
        .config("spark.kryo.registrator", Nd4jRegistrator.class.getName()) // wanted by DL4J
        .getOrCreate();
  }
}
