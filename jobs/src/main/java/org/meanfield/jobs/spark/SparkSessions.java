package org.meanfield.jobs.spark;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkException;
import org.apache.spark.sql.SparkSession;
import org.meanfield.engine.nd4j.NativeBackend;
import org.meanfield.error.SettingsException;

/** Starts the session of a command, with the Spark properties that Meanfield's jobs need. */
public final class SparkSessions {
  private static final String HADOOP_PREFIX = "spark.hadoop.";
  private static final String JARS = "spark.jars";

  /** What Spark's launchers put after Spark's own jars. */
  private static final String SPARK_CLASS_PATH = "spark.executorEnv.SPARK_DIST_CLASSPATH";

  /**
   * The flags of conf/training.args, which says why. Spark puts spark.executor.extraJavaOptions
   * after them.
   */
  private static final String EXECUTOR_JAVA =
      "-XX:Tier4InvocationThreshold=100000 -XX:Tier4MinInvocationThreshold=12000"
          + " -XX:Tier4CompileThreshold=300000 -XX:Tier4BackEdgeThreshold=800000"
          + " -XX:G1HeapRegionSize=16m";

  private SparkSessions() {}

  /**
   * What a command asks of Spark.
   *
   * @param name the application's name in Spark's user interface
   * @param master the master's URL; empty for spark-submit's choice, else {@code local[*]}
   * @param properties Spark properties; they win over everything else
   */
  public record Request(String name, Optional<String> master, Map<String, String> properties) {
    /** Copies the properties. */
    public Request {
      properties = Map.copyOf(properties);
    }
  }

  /**
   * Starts Spark. Ownership: the caller stops the session.
   *
   * @throws SettingsException where Spark refuses the master's URL or another property, or Java
   *     keeps closed what Spark needs
   */
  public static SparkSession open(Request request) {
    SparkConf conf = configuration(request);
    try {
      return SparkSession.builder().config(conf).getOrCreate();
    } catch (IllegalAccessError e) {
      throw new SettingsException(
          "Java keeps packages closed that Spark needs: give the driver the --add-opens list of"
              + " conf/java17.args (spark-submit's --driver-java-options); Spark's standalone"
              + " cluster mode does not add it by itself",
          e);
    } catch (IllegalArgumentException e) {
      throw e.getCause() instanceof IOException ? e : notStarted(conf, e); // an unknown host
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      // Scala throws checked exceptions without declaring them.
      if (e instanceof SparkException && String.valueOf(e.getMessage()).contains("Master URL")) {
        throw new SettingsException(
            "Spark does not know the master '"
                + conf.get("spark.master")
                + "'; give local[N], spark://HOST:PORT, yarn or k8s://URL with --master",
            e);
      }
      // YARN says in the same words that it refuses an application and that it lost one.
      boolean yarn = conf.get("spark.master").startsWith("yarn");
      if (e instanceof SparkException && e.getCause() == null && !yarn) {
        throw notStarted(conf, e);
      }
      throw new IllegalStateException("Spark did not start: " + e.getMessage(), e);
    }
  }

  /** Before anything runs, Spark refuses properties that it cannot start with, and little else. */
  private static RuntimeException notStarted(SparkConf conf, Exception e) {
    String message = String.valueOf(e.getMessage());
    if (message.contains("MetricsSystem")) { // Spark's words where the master never answered
      return new IllegalStateException(
          "Spark's master "
              + conf.get("spark.master")
              + " did not take the application; check its address, and whether it runs",
          e);
    }
    return new SettingsException(
        "Spark does not start: "
            + message
            + "; correct --master, --spark-conf or the options of spark-submit",
        e);
  }

  /** The properties that {@link #open} starts Spark with. */
  static SparkConf configuration(Request request) {
    // Reads the spark.* system properties, which is how spark-submit hands over what it was given.
    SparkConf conf = new SparkConf(true);
    request.master().ifPresent(conf::setMaster);
    request.properties().forEach(conf::set);
    conf.setIfMissing("spark.master", "local[*]");
    conf.setIfMissing("spark.app.name", request.name());
    defaults(conf).forEach(conf::setIfMissing);
    shipProgram(conf);
    return conf;
  }

  /** Hadoop's configuration as the session will see it, before there is a session. */
  public static Configuration hadoopConfiguration(Request request) {
    Configuration hadoop = new Configuration();
    for (scala.Tuple2<String, String> property : configuration(request).getAll()) {
      if (property._1().startsWith(HADOOP_PREFIX)) {
        hadoop.set(property._1().substring(HADOOP_PREFIX.length()), property._2());
      }
    }
    return hadoop;
  }

  private static Map<String, String> defaults(SparkConf conf) {
    String threads = conf.get("spark.task.cpus", "1");
    Map<String, String> defaults = new LinkedHashMap<>();
    // A native thread per task CPU: more would fight with the other tasks of the executor.
    defaults.put("spark.executorEnv.OMP_NUM_THREADS", threads);
    defaults.put("spark.executorEnv.OPENBLAS_NUM_THREADS", threads);
    // What pins the driver's kernels pins those of its executors: else bits would differ.
    String kernels = System.getenv(NativeBackend.KERNEL_CHOICE);
    if (kernels != null) {
      defaults.put("spark.executorEnv." + NativeBackend.KERNEL_CHOICE, kernels);
    }
    defaults.put("spark.executor.defaultJavaOptions", EXECUTOR_JAVA);
    // Results are bounded by workers times model size, which the driver must hold anyway.
    defaults.put("spark.driver.maxResultSize", "0");
    // A row holds an encoded image: Spark's batch of 4,096 rows could be gigabytes.
    defaults.put("spark.sql.parquet.columnarReaderBatchSize", "256");
    // Ids, probabilities and images hardly repeat, which Parquet notices when a column's dictionary
    // is full: 1 MB, Parquet's own bound, takes a tenth of the time of scoring with lenet.
    defaults.put("spark.hadoop.parquet.dictionary.page.size", "65536");
    defaults.put("spark.sql.session.timeZone", "UTC");
    defaults.put("spark.ui.showConsoleProgress", "false");
    // Several commands on one machine each want a port for their user interface.
    defaults.put("spark.port.maxRetries", "64");
    return defaults;
  }

  /** Executors in other JVMs need this program; spark-submit has seen to it, plain java has not. */
  private static void shipProgram(SparkConf conf) {
    String master = conf.get("spark.master");
    boolean oneJvm = master.equals("local") || master.startsWith("local[");
    Optional<Path> jar = programJar();
    if (oneJvm || conf.contains("spark.submit.deployMode") || jar.isEmpty()) {
      return;
    }
    if (master.startsWith("local-cluster[")) {
      // Executors on this machine read the jar where it lies: a copy is half a gigabyte for each.
      append(conf, SPARK_CLASS_PATH, jar.get().toString(), File.pathSeparator);
    } else {
      append(conf, JARS, jar.get().toUri().toString(), ",");
    }
  }

  private static void append(SparkConf conf, String key, String value, String separator) {
    String given = conf.get(key, "");
    conf.set(key, given.isEmpty() ? value : given + separator + value);
  }

  private static Optional<Path> programJar() {
    CodeSource source = SparkSessions.class.getProtectionDomain().getCodeSource();
    if (source == null || !source.getLocation().getProtocol().equals("file")) {
      return Optional.empty();
    }
    try {
      return Optional.of(Path.of(source.getLocation().toURI())).filter(Files::isRegularFile);
    } catch (URISyntaxException e) {
      throw new IllegalStateException("The program's own location is no URI: " + source, e);
    }
  }
}
