/**
 * {@code meanfield registry}: versions of models in a folder, and which of them serves. Starts no
 * Spark.
 */
package org.meanfield.jobs.registry;
