/**
 * How good a model is: confusion, accuracy with its interval, calibration, and the answer for each
 * example. The figures depend on no order.
 */
package org.meanfield.evaluate;
