/**
 * {@code meanfield ingest}: labelled images of several layouts become a packed and checked data
 * set.
 */
package org.meanfield.jobs.ingest;
