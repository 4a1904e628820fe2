package org.meanfield.jobs.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.meanfield.image.ImageDecoder;

/**
 * What a run is computed with, as {@code run.json} tells it.
 *
 * @param versions of Meanfield, Spark and Java, and who decodes JPEGs
 * @param machine of the driver
 */
public record Surroundings(Map<String, String> versions, Map<String, String> machine) {

  /** Of this process and its application. */
  public static Surroundings of(SparkContext spark) {
    Runtime runtime = Runtime.getRuntime();
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("meanfield", BuildInfo.current().version());
    versions.put("spark", spark.version());
    versions.put("java", System.getProperty("java.version"));
    versions.put("jpegs", ImageDecoder.verifiedJpegReader());
    Map<String, String> machine = new LinkedHashMap<>();
    machine.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    machine.put("arch", System.getProperty("os.arch"));
    machine.put("processors", Integer.toString(runtime.availableProcessors()));
    machine.put("heapMiB", Long.toString(runtime.maxMemory() >> 20));
    machine.put("master", spark.master());
    return new Surroundings(versions, machine);
  }
}
