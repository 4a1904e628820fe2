/**
 * The program {@code meanfield}: the command line, settings from their sources, the console,
 * signals, exit codes and {@code result.json}.
 */
package org.meanfield.jobs.cli;
