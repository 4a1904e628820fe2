package org.meanfield.jobs.cli;

import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.meanfield.config.Settings;
import org.meanfield.jobs.storage.Storage;

/**
 * What every job gets: the session, the files, the settings it resolved from, and a place to talk
 * to a person.
 *
 * @param session the running session; empty for a command that needs none
 * @param storage files on any Hadoop file system
 * @param settings the resolved settings, for run files
 * @param console progress for a person, a line at a time
 */
public record JobContext(
    Optional<SparkSession> session, Storage storage, Settings settings, Console console) {

  /** With a running session. */
  public JobContext(SparkSession spark, Storage storage, Settings settings, Console console) {
    this(Optional.of(spark), storage, settings, console);
  }

  /**
   * The running session.
   *
   * @throws IllegalStateException in a command that says it needs none
   */
  public SparkSession spark() {
    return session.orElseThrow(
        () ->
            new IllegalStateException(
                "The command asks for Spark, but its needs() are Needs.FILES"));
  }
}
