package org.meanfield.registry;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.evaluate.EvaluationReport;

/**
 * A registered model: the content of {@code version.json}, which is written last and never changes.
 *
 * @param formatVersion of the file
 * @param number 1 for the first; never given twice
 * @param modelId identifies the weights
 * @param stateSha256 digest of the file with parameters and updater state
 * @param architecture the network's name
 * @param runId the training run
 * @param datasetId what it was trained on
 * @param datasetDigest the data set's whole digest; null where its manifest could not be read
 * @param settingsDigest SHA-256 over the run's settings, {@code key=value} lines in key order
 * @param codeVersion of the program that trained it, with its commit
 * @param parent the version whose weights it started from; null for a fresh start
 * @param created UTC, ISO 8601
 * @param by who registered it
 * @param evaluation how good it is; null where it was not evaluated
 * @param export of its served form; null where it was not exported
 * @param files path below the version's folder to digest; this file apart
 */
public record ModelVersion(
    int formatVersion,
    int number,
    String modelId,
    String stateSha256,
    String architecture,
    String runId,
    String datasetId,
    String datasetDigest,
    String settingsDigest,
    String codeVersion,
    Integer parent,
    String created,
    String by,
    Figures evaluation,
    ExportFigures export,
    Map<String, FileDigest> files) {
  /** The file's name. */
  public static final String FILE = "version.json";

  /** What {@link #formatVersion} must be. */
  public static final int FORMAT_VERSION = 1;

  /**
   * The headline of an evaluation.
   *
   * @param datasetId what it was judged on
   * @param split of that data set
   * @param examples judged
   * @param accuracy share of right answers
   * @param logLoss in nats
   * @param calibrationError expected calibration error
   */
  public record Figures(
      String datasetId,
      String split,
      long examples,
      double accuracy,
      double logLoss,
      double calibrationError) {
    /** Of a whole evaluation. */
    public static Figures of(EvaluationReport report) {
      return new Figures(
          report.datasetId(),
          report.split(),
          report.examples(),
          report.accuracy(),
          report.logLoss(),
          report.calibrationError());
    }
  }

  /** Copies the files, sorted by path. */
  public ModelVersion {
    if (number < 1) {
      throw new IllegalArgumentException("Versions are numbered from 1; found " + number);
    }
    files = Collections.unmodifiableMap(new TreeMap<>(files));
  }

  /** The content of {@link #FILE}. */
  public String toJson() {
    return Sealed.of(this, Sealed.Layout.PAGE).text();
  }

  /**
   * Reads it back.
   *
   * @param artefact where it lies, for messages
   * @throws CorruptArtifactException where a byte of it changed or it is of another version
   */
  public static ModelVersion fromJson(String artefact, String json) {
    ModelVersion version = Sealed.read(artefact, json, ModelVersion.class).value();
    if (version.formatVersion() != FORMAT_VERSION) {
      throw new CorruptArtifactException(
          artefact
              + " has format version "
              + version.formatVersion()
              + ", this program reads "
              + FORMAT_VERSION
              + "; use the version of Meanfield that wrote it");
    }
    return version;
  }
}
