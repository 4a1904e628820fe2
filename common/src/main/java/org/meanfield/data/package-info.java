/**
 * What is trained on, without any pixel: classes, splits, the shape of images, a data set's
 * manifest, the order of an epoch, and the seeds that every draw is derived from.
 */
package org.meanfield.data;
