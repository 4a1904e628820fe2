package org.meanfield.jobs.registry;

import java.io.IOException;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;
import org.apache.spark.sql.SparkSession;

/**
 * The local disk of a process that is killed: after so many changes every further one fails. What a
 * killed process would not have done any more, this one cannot do.
 */
public final class StoppingFileSystem extends RawLocalFileSystem {
  /** What its URIs begin with. */
  public static final String SCHEME = "stopping";

  /** In no path. */
  private static final String NEVER = "\0";

  private static final AtomicInteger LEFT = new AtomicInteger(Integer.MAX_VALUE);
  private static final AtomicReference<String> LAST = new AtomicReference<>(NEVER);

  /** A configuration that knows the scheme. */
  static Configuration configuration() {
    Configuration configuration = new Configuration();
    configuration.set("fs." + SCHEME + ".impl", StoppingFileSystem.class.getName());
    return configuration;
  }

  /** Has a running session know the scheme. */
  public static void knownTo(SparkSession spark) {
    spark
        .sparkContext()
        .hadoopConfiguration()
        .set("fs." + SCHEME + ".impl", StoppingFileSystem.class.getName());
  }

  /** Lets so many changes happen, and none after them. */
  public static void stopAfter(int changes) {
    LEFT.set(changes);
  }

  /** Lets changes happen until one to a path with this text, and none from it on. */
  public static void stopBefore(String path) {
    LAST.set(path);
  }

  /** Lets every change happen. */
  public static void neverStop() {
    LAST.set(NEVER);
    LEFT.set(Integer.MAX_VALUE);
  }

  @Override
  public URI getUri() {
    return URI.create(SCHEME + ":///");
  }

  @Override
  public String getScheme() {
    return SCHEME;
  }

  @Override
  public FSDataOutputStream create(
      Path file,
      FsPermission permission,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    change("create " + file);
    return super.create(file, permission, overwrite, bufferSize, replication, blockSize, progress);
  }

  @Override
  public FSDataOutputStream create(
      Path file,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    change("create " + file);
    return super.create(file, overwrite, bufferSize, replication, blockSize, progress);
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    change("rename " + from);
    return super.rename(from, to);
  }

  @Override
  public boolean delete(Path path, boolean recursive) throws IOException {
    change("delete " + path);
    return super.delete(path, recursive);
  }

  private static void change(String what) throws IOException {
    if (what.contains(LAST.get())) {
      LEFT.set(0);
    }
    if (LEFT.get() != Integer.MAX_VALUE && LEFT.getAndDecrement() <= 0) {
      LEFT.set(0);
      throw new IOException("killed before: " + what);
    }
  }
}
