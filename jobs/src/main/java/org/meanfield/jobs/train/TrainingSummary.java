package org.meanfield.jobs.train;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.meanfield.jobs.cli.JobResult;
import org.meanfield.train.ArtifactStore;
import org.meanfield.train.JsonArtifact;
import org.meanfield.train.TimeShares;
import org.meanfield.train.TrainingClock;

/**
 * {@code model/training.json}: a finished training in numbers; its presence marks the run finished.
 *
 * @param runId the run
 * @param stateSha256 digest of the final parameters and updater state
 * @param rounds merged
 * @param epochs passed
 * @param examples trained on, all epochs together
 * @param imagesPerSecond of the process that finished, from its first round to its last, validation
 *     and checkpoints included, data loading left out
 * @param seconds that this figure stands for
 * @param validationAccuracy at the end, in [0, 1]; null where there is no validation split
 * @param shares of time in the rounds of the process that finished
 */
record TrainingSummary(
    String runId,
    String stateSha256,
    int rounds,
    int epochs,
    long examples,
    double imagesPerSecond,
    double seconds,
    Double validationAccuracy,
    TimeShares shares) {
  static final String FILE = "model/training.json";
  private static final JsonArtifact<TrainingSummary> JSON =
      new JsonArtifact<>(
          FILE,
          TrainingSummary.class,
          "delete it to finish the run again from its last checkpoint");

  /** The summary of a finished run; empty where the run is not finished. */
  static Optional<TrainingSummary> read(ArtifactStore artifacts) {
    return JSON.read(artifacts);
  }

  /** Writes it: the last act of a training. */
  void write(ArtifactStore artifacts) {
    JSON.write(artifacts, this);
  }

  /** The training time at its end; iterations are not known any more. */
  TrainingClock clock() {
    return new TrainingClock(rounds, 0, epochs, 0, examples);
  }

  /** As {@code result.json} tells it. */
  JobResult result(JobResult.Status status, String message) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("runId", runId);
    figures.put("stateSha256", stateSha256);
    figures.put("rounds", rounds);
    figures.put("epochs", epochs);
    figures.put("trainedImages", examples);
    figures.put("imagesPerSecond", imagesPerSecond);
    figures.put("trainingSeconds", seconds);
    figures.put("validationAccuracy", validationAccuracy);
    figures.put("shares", shares);
    return new JobResult(status, message, figures);
  }
}
