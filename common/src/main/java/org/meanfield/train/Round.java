package org.meanfield.train;

import java.io.Serializable;

/**
 * What one round is: which local iterations every worker makes between two merges. Rounds never
 * cross an epoch.
 *
 * @param number 0-based
 * @param epoch 0-based
 * @param iteration 0-based first iteration, counted from the start of training
 * @param epochIteration 0-based first iteration, counted from the start of the epoch
 * @param iterations k, at least 1
 */
public record Round(int number, int epoch, int iteration, int epochIteration, int iterations)
    implements Serializable {}
