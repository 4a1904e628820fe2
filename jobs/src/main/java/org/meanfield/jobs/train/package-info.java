/** {@code meanfield train}: a data set becomes a run, or an unfinished run goes on. */
package org.meanfield.jobs.train;
