/**
 * Trained models as files that other programs run: ONNX, DL4J's zip, and the folder that holds
 * them.
 */
package org.meanfield.export;
