package org.meanfield.evaluate.report;

import java.util.Map;

/**
 * What a page shows besides the figures.
 *
 * @param model where the model lies, as a person wrote it
 * @param data where the data set lies, as a person wrote it
 * @param curves how the model was trained; empty where that is not at hand
 * @param pictures of the mistakes, by example id; one that is missing is left blank
 */
public record ReportSource(
    String model, String data, LearningCurves curves, Map<String, Picture> pictures) {

  /** Copies the pictures. */
  public ReportSource {
    pictures = Map.copyOf(pictures);
  }
}
