/**
 * {@code meanfield export}: a trained model as files for other programs, held against the model
 * before they are published.
 */
package org.meanfield.jobs.export;
