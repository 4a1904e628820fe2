package org.meanfield.evaluate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.List;
import org.meanfield.error.CorruptArtifactException;

/**
 * Everything measured about a model on one split: the content of {@code evaluation.json}. The
 * component names are the file's keys.
 *
 * @param formatVersion of the file
 * @param modelId identifies the weights
 * @param datasetId identifies the data
 * @param split {@code train}, {@code validation} or {@code test}
 * @param examples judged
 * @param accuracy share of examples whose most probable class is the true one
 * @param accuracyInterval 95 % interval of the accuracy
 * @param top5 share of examples whose true class is among the five most probable ones
 * @param logLoss mean of -ln(probability of the true class), in nats
 * @param calibrationError expected calibration error over the reliability bins
 * @param macroPrecision mean over the classes that have examples
 * @param macroRecall mean over the classes that have examples
 * @param macroF1 mean over the classes that have examples
 * @param weightedPrecision mean over the classes, weighted by support
 * @param weightedRecall mean over the classes, weighted by support: the accuracy again
 * @param weightedF1 mean over the classes, weighted by support
 * @param perClass in label order
 * @param confusion a row per true class, a column per predicted class
 * @param reliability 15 bins of equal width over the highest probability
 * @param mistakes the most confident ones, the worst first
 */
public record EvaluationReport(
    int formatVersion,
    String modelId,
    String datasetId,
    String split,
    long examples,
    double accuracy,
    Interval accuracyInterval,
    double top5,
    double logLoss,
    double calibrationError,
    double macroPrecision,
    double macroRecall,
    double macroF1,
    double weightedPrecision,
    double weightedRecall,
    double weightedF1,
    List<ClassFigures> perClass,
    List<List<Long>> confusion,
    List<CalibrationBin> reliability,
    List<Mistake> mistakes) {
  /** The file's name. */
  public static final String FILE = "evaluation.json";

  static final int FORMAT_VERSION = 1;

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  /** Copies the lists. */
  public EvaluationReport {
    perClass = List.copyOf(perClass);
    confusion = List.copyOf(confusion);
    reliability = List.copyOf(reliability);
    mistakes = List.copyOf(mistakes);
  }

  /** The content of {@link #FILE}. */
  public String toJson() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("An evaluation report always has a JSON form", e);
    }
  }

  /**
   * Reads a report back.
   *
   * @param artefact where it lies, for messages
   * @throws CorruptArtifactException where it is damaged or of another version
   */
  public static EvaluationReport fromJson(String artefact, String json) {
    EvaluationReport report;
    try {
      report = JSON.readValue(json, EvaluationReport.class);
    } catch (JsonProcessingException e) {
      throw new CorruptArtifactException(
          artefact + " is no evaluation: " + e.getOriginalMessage() + "; evaluate the model again",
          e);
    }
    if (report.formatVersion() != FORMAT_VERSION) {
      throw new CorruptArtifactException(
          artefact
              + " has format version "
              + report.formatVersion()
              + ", this program reads "
              + FORMAT_VERSION
              + "; evaluate the model again");
    }
    return report;
  }
}
