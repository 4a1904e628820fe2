package org.meanfield.jobs.tracking;

import java.util.Map;

/**
 * What is told of one epoch.
 *
 * @param epoch passes over the data that were complete after it: 1 is the first
 * @param metrics by MLflow's name
 */
record EpochFigures(int epoch, Map<String, Double> metrics) {
  /** The mean loss over the epoch's images: every epoch has one. */
  static final String LOSS = "train_loss";

  static final String LEARNING_RATE = "learning_rate";
  static final String IMAGES_PER_SECOND = "images_per_second";
  static final String VALIDATION_ACCURACY = "validation_accuracy";

  /** Copies the metrics. */
  EpochFigures {
    metrics = Map.copyOf(metrics);
  }
}
