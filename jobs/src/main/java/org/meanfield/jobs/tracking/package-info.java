/** Telling an MLflow server what was trained; nothing here can fail or hold up a training. */
package org.meanfield.jobs.tracking;
