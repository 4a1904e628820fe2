package org.meanfield.jobs.evaluate;

import org.meanfield.evaluate.Evaluator;
import org.meanfield.registry.Predictions;

/**
 * A model judged on a split.
 *
 * @param evaluator figures over all examples
 * @param predictions the answer for each example, for comparing models on the same images
 */
record ScoredSplit(Evaluator evaluator, Predictions predictions) {}
