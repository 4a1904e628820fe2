package org.meanfield.average;

import org.meanfield.model.ModelState;

/**
 * One replica's state and how much it counts.
 *
 * @param state after the replica's local iterations
 * @param examples that the replica trained on in this round; 0 takes it out of the mean
 */
public record WeightedState(ModelState state, long examples) {}
