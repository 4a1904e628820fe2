package org.meanfield.engine;

/**
 * Where in training a step stands: drives schedules and seeds every random draw of the step.
 *
 * @param iteration 0-based count of steps of one worker since the start of training
 * @param epoch 0-based
 * @param seed of this step's draws (dropout), already derived from run seed, worker and iteration
 */
public record StepPosition(int iteration, int epoch, long seed) {}
