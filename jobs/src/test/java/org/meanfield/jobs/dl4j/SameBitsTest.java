package org.meanfield.jobs.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.dataset.DataSet;
import scala.Option;

/** Three workers end in the same bits, whatever they run on. */
class SameBitsTest {
  @Test
  void coresRunnersAndSerialisersDoNotMatter() {
    Option<SparkSession> shared = SparkSession.getDefaultSession();
    if (shared.isDefined()) {
      shared.get().stop();
    }
    float[] oneCore = train("local[1]", Map.of());
    assertThat(train("local[2]", Map.of())).isEqualTo(oneCore);
    assertThat(train("local[2]", Map.of("spark.speculation", "true"))).isEqualTo(oneCore);
    assertThat(
            train(
                "local[2]",
                Map.of(
                    "spark.serializer", "org.apache.spark.serializer.KryoSerializer",
                    "spark.kryo.registrator", "org.nd4j.kryo.Nd4jRegistrator")))
        .isEqualTo(oneCore);
    assertThat(
            train(
                "local[1]",
                Map.of(
                    "spark.serializer", "org.apache.spark.serializer.KryoSerializer",
                    "spark.kryo.registrator", "org.nd4j.kryo.Nd4jRegistrator")))
        .isEqualTo(oneCore);
  }

  private static float[] train(String master, Map<String, String> properties) {
    SparkConf conf =
        new SparkConf().setMaster(master).setAppName("same bits").set("spark.ui.enabled", "false");
    properties.forEach(conf::set);
    try (JavaSparkContext spark = new JavaSparkContext(conf)) {
      MeanfieldTrainingMaster ours = MeanfieldTrainingMasterTest.builder().build();
      SparkDl4jMultiLayer training =
          new SparkDl4jMultiLayer(spark, TinyMinibatches.convolutional(), ours);
      JavaRDD<DataSet> data = spark.parallelize(TinyMinibatches.images(5), 3);
      training.fit(data);
      training.fit(data);
      ours.deleteTempFiles(spark);
      return training.getNetwork().params().toFloatVector();
    }
  }
}
