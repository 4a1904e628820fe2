/** Meanfield for programs that train with DL4J on Spark: another {@code TrainingMaster}. */
package org.meanfield.jobs.dl4j;
