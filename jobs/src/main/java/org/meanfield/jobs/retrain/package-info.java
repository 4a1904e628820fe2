/**
 * {@code meanfield retrain}: from newly delivered images to a served champion. The lock, the
 * deliveries, the versions of the data set, and the other commands one after the other.
 */
package org.meanfield.jobs.retrain;
