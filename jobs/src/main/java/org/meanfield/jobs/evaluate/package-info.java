/** {@code meanfield evaluate}: a model judged on a split of a data set. */
package org.meanfield.jobs.evaluate;
