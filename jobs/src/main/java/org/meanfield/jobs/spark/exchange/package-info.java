/**
 * How processes that hold replicas merge their states with each other, without the driver: slices
 * of the state go to their owners, and means come back. Knows networks and arithmetic, not Spark
 * jobs.
 */
package org.meanfield.jobs.spark.exchange;
