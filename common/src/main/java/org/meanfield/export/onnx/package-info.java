/**
 * From DL4J's layers to ONNX operators: a small translator for each kind of layer and vertex, found
 * by class in one registry. What the registry does not know is refused, never approximated.
 */
package org.meanfield.export.onnx;
