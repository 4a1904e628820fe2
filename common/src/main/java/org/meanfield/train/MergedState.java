package org.meanfield.train;

import org.meanfield.model.FloatVector;
import org.meanfield.model.ModelState;

/**
 * What a round starts from and what its merge gives.
 *
 * @param state merged state
 * @param velocity of the outer step; empty for plain averaging
 */
public record MergedState(ModelState state, FloatVector velocity) {}
