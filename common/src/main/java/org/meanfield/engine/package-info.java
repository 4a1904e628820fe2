/**
 * The ports to whatever computes a network: {@link org.meanfield.engine.Engine}, {@link
 * org.meanfield.engine.Replica}, {@link org.meanfield.engine.Predictor} and {@link
 * org.meanfield.engine.Scorer}. Same state, same minibatch, same position: same bits.
 */
package org.meanfield.engine;
