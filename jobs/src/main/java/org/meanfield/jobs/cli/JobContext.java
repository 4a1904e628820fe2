package org.meanfield.jobs.cli;

import org.apache.spark.sql.SparkSession;
import org.meanfield.config.Settings;
import org.meanfield.jobs.storage.Storage;

/**
 * What every job gets: the session, the files, the settings it resolved from, and a place to talk
 * to a person.
 *
 * @param spark the running session
 * @param storage files on any Hadoop file system
 * @param settings the resolved settings, for run files
 * @param console progress for a person, a line at a time
 */
public record JobContext(SparkSession spark, Storage storage, Settings settings, Console console) {}
