/**
 * Meanfield for programs of Spark ML: an Estimator, its Model and a Transformer, whose parameters
 * are made from the settings of the commands. See docs/spark-ml.md.
 */
package org.meanfield.jobs.ml;
