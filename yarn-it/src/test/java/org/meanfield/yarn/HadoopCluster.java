package org.meanfield.yarn;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.server.MiniYARNCluster;

/** HDFS and YARN in this JVM, with the configuration folder that clients need. */
final class HadoopCluster implements AutoCloseable {
  private final MiniDFSCluster hdfs;
  private final MiniYARNCluster yarn;
  private final Path configuration;

  /** Starts both; everything that they write lies in the folder. */
  HadoopCluster(Path folder) throws IOException {
    Configuration settings = new Configuration();
    settings.set("hadoop.tmp.dir", folder.resolve("tmp").toString());
    settings.setInt("dfs.replication", 1);
    hdfs =
        new MiniDFSCluster.Builder(settings, folder.resolve("hdfs").toFile())
            .numDataNodes(1)
            .build();
    yarn = startYarn(settings);
    configuration = folder.resolve("conf");
    writeConfiguration();
  }

  /** The value of HADOOP_CONF_DIR. */
  Path configuration() {
    return configuration;
  }

  /** The distributed file system; it belongs to the cluster. */
  FileSystem files() throws IOException {
    return hdfs.getFileSystem();
  }

  @Override
  public void close() {
    try {
      yarn.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      hdfs.shutdown();
    }
  }

  private static MiniYARNCluster startYarn(Configuration settings) {
    YarnConfiguration configuration = new YarnConfiguration(settings);
    configuration.setInt(YarnConfiguration.RM_SCHEDULER_MINIMUM_ALLOCATION_MB, 128);
    configuration.setInt(YarnConfiguration.YARN_MINICLUSTER_NM_PMEM_MB, 8192);
    configuration.setBoolean(YarnConfiguration.NM_PMEM_CHECK_ENABLED, false);
    configuration.setBoolean(YarnConfiguration.NM_VMEM_CHECK_ENABLED, false);
    // A workstation's disk is often fuller than the 90 % at which a node retires.
    configuration.setFloat(YarnConfiguration.NM_MAX_PER_DISK_UTILIZATION_PERCENTAGE, 99f);
    MiniYARNCluster cluster = new MiniYARNCluster("meanfield", 1, 1, 1);
    cluster.init(configuration);
    cluster.start();
    return cluster;
  }

  private void writeConfiguration() throws IOException {
    Configuration running = new Configuration(yarn.getConfig());
    running.addResource(hdfs.getConfiguration(0));
    // Names a class of the mini cluster, which clients do not have.
    running.unset("net.topology.node.switch.mapping.impl");
    Files.createDirectories(configuration);
    for (String name : List.of("core-site.xml", "hdfs-site.xml", "yarn-site.xml")) {
      try (OutputStream out = Files.newOutputStream(configuration.resolve(name))) {
        running.writeXml(out);
      }
    }
    Files.writeString(
        configuration.resolve("README"),
        "Written by a test that runs its own cluster.\n",
        StandardCharsets.UTF_8);
  }

  /** Where the resource manager schedules, which its written configuration does not tell. */
  String schedulerAddress() {
    return yarn.getConfig().get(YarnConfiguration.RM_SCHEDULER_ADDRESS);
  }
}
