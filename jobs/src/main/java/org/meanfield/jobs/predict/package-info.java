/** {@code meanfield predict}: a folder or a data set of any size scored on Spark. */
package org.meanfield.jobs.predict;
