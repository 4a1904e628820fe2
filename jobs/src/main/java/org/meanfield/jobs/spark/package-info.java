/**
 * What knows Spark: the session, the workers' shards, the runners of rounds, and what runs on
 * executors.
 */
package org.meanfield.jobs.spark;
