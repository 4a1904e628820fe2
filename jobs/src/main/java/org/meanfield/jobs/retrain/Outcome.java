package org.meanfield.jobs.retrain;

import java.util.LinkedHashMap;
import java.util.Map;
import org.meanfield.jobs.cli.JobResult;

/**
 * How a run ended; where it is written the run is finished.
 *
 * @param runId the run
 * @param status done or refused
 * @param message one sentence for a person
 * @param finished UTC, ISO 8601
 * @param figures the keys of {@code result.json}
 */
record Outcome(
    String runId,
    JobResult.Status status,
    String message,
    String finished,
    Map<String, Object> figures) {

  /** Copies the figures, keeping their order. */
  Outcome {
    figures = new LinkedHashMap<>(figures);
  }
}
