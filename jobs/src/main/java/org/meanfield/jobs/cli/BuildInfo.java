package org.meanfield.jobs.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * Which build this is, for {@code --version}, {@code run.json} and bug reports.
 *
 * @param version the project's version
 * @param commit the git commit it was built from; "unknown" outside a git checkout
 */
public record BuildInfo(String version, String commit) {

  /** Of the running program, from the resource that the build fills in. */
  public static BuildInfo current() {
    Properties properties = new Properties();
    try (InputStream in = BuildInfo.class.getResourceAsStream("/org/meanfield/build.properties")) {
      if (in == null) {
        throw new IllegalStateException(
            "org/meanfield/build.properties is missing from the class path; build with Maven");
      }
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String commit = properties.getProperty("commit", "");
    // Outside a git checkout the build leaves its placeholder as it stands.
    boolean known = !commit.isBlank() && !commit.startsWith("${");
    return new BuildInfo(properties.getProperty("version"), known ? commit : "unknown");
  }

  /** One line for a person. */
  public String line() {
    return "Meanfield " + version + " (commit " + commit + ")";
  }
}
