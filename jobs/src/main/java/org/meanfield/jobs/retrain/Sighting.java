package org.meanfield.jobs.retrain;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.meanfield.jobs.cli.JobResult.Status;

/**
 * What looking for new images came to.
 *
 * @param plan of the run that is due; empty where none is
 * @param status why there is none: no new data, or not due
 * @param message one sentence for a person
 * @param lines more, a line each
 * @param figures the numbers
 */
record Sighting(
    Optional<RunPlan> plan,
    Status status,
    String message,
    List<String> lines,
    Map<String, Object> figures) {

  static Sighting nothing(Status status, String message, Map<String, Object> figures) {
    return new Sighting(Optional.empty(), status, message, List.of(), figures);
  }
}
