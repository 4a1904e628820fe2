package org.meanfield.evaluate;

import java.io.Serializable;
import java.util.List;
import org.meanfield.data.ClassIndex;
import org.meanfield.error.DataException;
import org.meanfield.error.DivergedException;
import org.meanfield.model.FloatVector;

/**
 * Judges predictions one by one. Evaluators of parts of a data set merge, in any order and
 * grouping, to the same figures, bit for bit: counts are integers, decimal sums are {@link
 * ExactSum}s, and the mistakes that are kept are totally ordered. Used by one thread at a time.
 */
public final class Evaluator implements Serializable {
  /** A true class that was given no probability at all costs this loss at most: -ln(1e-15). */
  private static final double SMALLEST_PROBABILITY = 1e-15;

  private static final int TOP = 5;
  private static final long serialVersionUID = 1L;

  private final ConfusionMatrix confusion;
  private final Calibration calibration = new Calibration();
  private final WorstMistakes mistakes = new WorstMistakes();
  private final ExactSum loss = new ExactSum();
  private long amongTop;

  /** For predictions over that many classes. */
  public Evaluator(int classes) {
    this.confusion = new ConfusionMatrix(classes);
  }

  /**
   * Judges one prediction. Of equal probabilities the lower label wins.
   *
   * @param id of the example, unique in the data set
   * @param label the true class
   * @param probabilities one per class
   * @return the predicted class
   * @throws DivergedException where a probability is no number in 0..1
   * @throws DataException where the label is none of the classes
   */
  public int add(String id, int label, FloatVector probabilities) {
    check(id, label, probabilities);
    int predicted = 0;
    int before = 0; // classes ranked before the true one
    float own = probabilities.get(label);
    for (int other = 0; other < probabilities.length(); other++) {
      float probability = probabilities.get(other);
      if (probability > probabilities.get(predicted)) {
        predicted = other;
      }
      if (probability > own || (probability == own && other < label)) {
        before++;
      }
    }
    double confidence = probabilities.get(predicted);
    confusion.add(label, predicted);
    loss.add(-Math.log(Math.max(own, SMALLEST_PROBABILITY)));
    if (before < TOP) {
      amongTop++;
    }
    if (predicted == label) {
      calibration.addRight(confidence);
    } else {
      calibration.addWrong(confidence);
      mistakes.add(new Mistake(id, label, predicted, confidence, own));
    }
    return predicted;
  }

  /** Adds everything that another evaluator has seen; returns this one. */
  public Evaluator merge(Evaluator other) {
    confusion.merge(other.confusion);
    calibration.merge(other.calibration);
    mistakes.merge(other.mistakes);
    loss.merge(other.loss);
    amongTop += other.amongTop;
    return this;
  }

  /** Predictions judged so far. */
  public long examples() {
    return confusion.total();
  }

  /** The share of right predictions so far; 0 where there is none. */
  public double accuracy() {
    long total = confusion.total();
    return total == 0 ? 0 : (double) confusion.correct() / total;
  }

  /** Mean negative log likelihood of the true classes so far, in nats; 0 where there is none. */
  public double logLoss() {
    return loss.mean(confusion.total());
  }

  /** The most confident mistakes so far, the worst first. */
  public List<Mistake> mistakes() {
    return mistakes.list();
  }

  /** All figures. */
  public EvaluationReport report(EvaluationSubject subject) {
    ClassIndex classes = subject.classes();
    if (classes.size() != confusion.classes()) {
      throw new IllegalArgumentException(
          "The predictions have "
              + confusion.classes()
              + " classes, the class index "
              + classes.size());
    }
    long total = confusion.total();
    List<ClassFigures> perClass = confusion.figures(classes.names());
    Averages macro = Averages.macro(perClass);
    Averages weighted = Averages.weighted(perClass);
    List<CalibrationBin> bins = calibration.bins();
    return new EvaluationReport(
        EvaluationReport.FORMAT_VERSION,
        subject.modelId(),
        subject.datasetId(),
        subject.split().id(),
        total,
        accuracy(),
        Interval.wilson(confusion.correct(), total),
        total == 0 ? 0 : (double) amongTop / total,
        logLoss(),
        Calibration.expectedError(bins),
        macro.precision(),
        macro.recall(),
        macro.f1(),
        weighted.precision(),
        weighted.recall(),
        weighted.f1(),
        perClass,
        confusion.rows(),
        bins,
        mistakes.list());
  }

  private void check(String id, int label, FloatVector probabilities) {
    if (probabilities.length() != confusion.classes()) {
      throw new IllegalArgumentException(
          "Example "
              + id
              + ": "
              + confusion.classes()
              + " probabilities expected, found "
              + probabilities.length());
    }
    if (label < 0 || label >= confusion.classes()) {
      throw new DataException(
          "Example "
              + id
              + " has the label "
              + label
              + ", but the model knows the labels 0.."
              + (confusion.classes() - 1)
              + "; ingest the data set again, or use the one the model was trained on");
    }
    for (int i = 0; i < probabilities.length(); i++) {
      float probability = probabilities.get(i);
      // Written so that NaN fails too; a softmax in floats may pass 1 by a rounding.
      if (!(probability >= 0 && probability <= 1.001f)) {
        throw new DivergedException(
            "Example "
                + id
                + ": the model gives class "
                + i
                + " the probability "
                + probability
                + ", which is none; its weights are damaged or training diverged: train again"
                + " with a lower learning rate");
      }
    }
  }
}
