/**
 * Inspecting, decoding, resizing and augmenting images: the same code for training, scoring and
 * serving.
 */
package org.meanfield.image;
