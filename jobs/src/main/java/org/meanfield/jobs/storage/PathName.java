package org.meanfield.jobs.storage;

import java.net.URI;
import org.apache.hadoop.fs.Path;
import org.meanfield.error.SettingsException;

/** Names of files as people write them, and as Hadoop and Spark read them. */
public final class PathName {
  private PathName() {}

  /**
   * As Hadoop has it.
   *
   * @throws SettingsException where it is no path
   */
  static Path of(String path) {
    if (path.isBlank()) {
      throw new SettingsException(
          "A path is blank; name a file or folder, or leave the setting out");
    }
    try {
      return new Path(path);
    } catch (IllegalArgumentException e) {
      throw new SettingsException(
          "'"
              + path
              + "' is no path and no URI: what stands before a colon is taken for a file system,"
              + " such as hdfs; write a name with a colon as ./NAME",
          e);
    }
  }

  /** What to say of a URI whose host neither it nor Hadoop's configuration names. */
  static SettingsException withoutHost(Path path, Exception cause) {
    return new SettingsException(
        path
            + " names no host, and Hadoop's configuration has none either; write it as in"
            + " hdfs://HOST:PORT/data, or set HADOOP_CONF_DIR to the cluster's configuration",
        cause);
  }

  /** For Spark's readers, which take {@code *?[]{}} in names for patterns otherwise. */
  public static String literal(String path) {
    return path.replaceAll("[\\\\*?\\[\\]{}]", "\\\\$0");
  }

  /** A URI as Spark lists files in the form that columns and {@link Storage#qualify} have. */
  public static String unescaped(String uri) {
    URI escaped = URI.create(uri);
    String authority = escaped.getRawAuthority() == null ? "" : "//" + escaped.getRawAuthority();
    return escaped.getScheme() + ":" + authority + escaped.getPath();
  }
}
