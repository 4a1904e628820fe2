package org.meanfield.jobs.evaluate;

import java.io.Serializable;
import org.meanfield.evaluate.Evaluator;

/**
 * What a task found.
 *
 * @param evaluator figures of its examples
 * @param answers a line of {@code predictions.csv} for each of them: text, because a million small
 *     objects would weigh ten times as much on the driver
 */
record ScoredPart(Evaluator evaluator, String answers) implements Serializable {}
