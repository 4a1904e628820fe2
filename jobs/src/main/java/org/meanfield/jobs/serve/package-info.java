/** {@code meanfield serve}: which model answers, and the command itself. Starts no Spark. */
package org.meanfield.jobs.serve;
