package org.meanfield.evaluate;

import org.meanfield.data.ClassIndex;
import org.meanfield.data.Split;

/**
 * What is judged on what.
 *
 * @param modelId identifies the weights
 * @param datasetId identifies the data
 * @param split of the data
 * @param classes what the labels mean
 */
public record EvaluationSubject(
    String modelId, String datasetId, Split split, ClassIndex classes) {}
