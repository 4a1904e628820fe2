package org.meanfield.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.Split;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.error.DataException;
import org.meanfield.error.DivergedException;
import org.meanfield.model.FloatVector;

class EvaluatorTest {
  private static final EvaluationSubject SUBJECT =
      new EvaluationSubject("m", "d", Split.TEST, new ClassIndex(List.of("cat", "dog", "eel")));

  @Test
  void figuresOfAWorkedExample() {
    Evaluator evaluator = new Evaluator(3);
    evaluator.add("a", 0, vector(0.8f, 0.1f, 0.1f));
    evaluator.add("b", 0, vector(0.3f, 0.6f, 0.1f));
    evaluator.add("c", 1, vector(0.25f, 0.5f, 0.25f));
    evaluator.add("d", 1, vector(0.5f, 0.25f, 0.25f));
    EvaluationReport report = evaluator.report(SUBJECT);

    assertThat(report.examples()).isEqualTo(4);
    assertThat(report.accuracy()).isEqualTo(0.5);
    // Wilson's interval for 2 of 4, computed by hand: 0.5 -/+ 0.3500.
    assertThat(report.accuracyInterval().low()).isCloseTo(0.15004, within(1e-5));
    assertThat(report.accuracyInterval().high()).isCloseTo(0.84996, within(1e-5));
    assertThat(report.top5()).isEqualTo(1);
    double loss = -(Math.log(0.8f) + Math.log(0.3f) + Math.log(0.5) + Math.log(0.25)) / 4;
    assertThat(report.logLoss()).isCloseTo(loss, within(4e-9));
    // Bins: 0.8 right; 0.6 wrong; two at 0.5, one right.
    assertThat(report.calibrationError()).isCloseTo((0.2 + 0.6 + 0) / 4, within(1e-7));
    assertThat(report.confusion())
        .containsExactly(List.of(1L, 1L, 0L), List.of(1L, 1L, 0L), List.of(0L, 0L, 0L));
    assertThat(report.perClass().get(2)).isEqualTo(new ClassFigures("eel", 2, 0, 0, 0, 0, 0));
    assertThat(report.macroF1()).isEqualTo(0.5);
    assertThat(report.weightedRecall()).isEqualTo(report.accuracy());
    assertThat(report.mistakes()).extracting(Mistake::id).containsExactly("b", "d");
    assertThat(report.mistakes().get(0).labelProbability()).isCloseTo(0.3, within(1e-7));
  }

  @Test
  void theFiguresAreTheSameBitsForAnyOrderAndAnyPartition() {
    List<Prediction> predictions = predictions(5000, 12);
    Evaluator whole = new Evaluator(12);
    predictions.forEach(prediction -> prediction.addTo(whole));
    EvaluationSubject subject =
        new EvaluationSubject(
            "m", "d", Split.TEST, new ClassIndex(List.of("abcdefghijkl".split(""))));
    EvaluationReport expected = whole.report(subject);

    for (int parts : new int[] {2, 3, 17}) {
      Collections.shuffle(predictions, new Random(parts));
      List<Evaluator> partial = new ArrayList<>();
      for (int part = 0; part < parts; part++) {
        partial.add(new Evaluator(12));
      }
      for (int i = 0; i < predictions.size(); i++) {
        predictions.get(i).addTo(partial.get(i % parts));
      }
      Evaluator merged = new Evaluator(12);
      Collections.shuffle(partial, new Random(parts));
      partial.forEach(merged::merge);
      assertThat(merged.report(subject)).isEqualTo(expected);
      assertThat(merged.report(subject).toJson()).isEqualTo(expected.toJson());
    }
    assertThat(expected.mistakes()).hasSize(48);
    assertThat(expected.confusion().stream().flatMap(List::stream).mapToLong(n -> n).sum())
        .isEqualTo(5000);
  }

  @Test
  void equalProbabilitiesGoToTheLowerLabel() {
    Evaluator evaluator = new Evaluator(7);
    float even = 1f / 7;
    evaluator.add("a", 0, vector(even, even, even, even, even, even, even));
    evaluator.add("b", 4, vector(even, even, even, even, even, even, even));
    evaluator.add("c", 5, vector(even, even, even, even, even, even, even));
    EvaluationReport report =
        evaluator.report(
            new EvaluationSubject(
                "m", "d", Split.TEST, new ClassIndex(List.of("abcdefg".split("")))));
    assertThat(report.accuracy()).isEqualTo(1.0 / 3);
    assertThat(report.top5()).isEqualTo(2.0 / 3);
  }

  @Test
  void aTrueClassWithoutProbabilityHasAFiniteLoss() {
    Evaluator evaluator = new Evaluator(2);
    evaluator.add("a", 1, vector(1, 0));
    assertThat(evaluator.logLoss()).isCloseTo(-Math.log(1e-15), within(1e-8));
  }

  @Test
  void refusesWhatIsNoPrediction() {
    Evaluator evaluator = new Evaluator(2);
    assertThatThrownBy(() -> evaluator.add("x1", 0, vector(Float.NaN, 1)))
        .isInstanceOf(DivergedException.class)
        .hasMessageContaining("x1");
    assertThatThrownBy(() -> evaluator.add("x2", 2, vector(0, 1)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("x2");
    assertThatThrownBy(() -> evaluator.add("x3", 0, vector(0, 1, 0)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(evaluator.examples()).isZero();
  }

  @Test
  void intervalsHoldAtTheEnds() {
    assertThat(Interval.wilson(0, 0)).isEqualTo(new Interval(0, 1));
    // Published values of the score interval: 0 of 10 and 10 of 10.
    assertThat(Interval.wilson(0, 10).high()).isCloseTo(0.2775, within(1e-4));
    assertThat(Interval.wilson(0, 10).low()).isZero();
    assertThat(Interval.wilson(10, 10).low()).isCloseTo(0.7225, within(1e-4));
    assertThat(Interval.wilson(10, 10).high()).isEqualTo(1);
  }

  @Test
  void theJsonHasTheAgreedKeysAndComesBack() throws Exception {
    Evaluator evaluator = new Evaluator(3);
    evaluator.add("a", 0, vector(0.2f, 0.7f, 0.1f));
    EvaluationReport report = evaluator.report(SUBJECT);
    JsonNode json = new ObjectMapper().readTree(report.toJson());
    for (String key :
        List.of(
            "accuracy",
            "accuracyInterval",
            "top5",
            "macroF1",
            "logLoss",
            "calibrationError",
            "perClass",
            "confusion",
            "examples",
            "modelId",
            "datasetId",
            "split")) {
      assertThat(json.has(key)).as(key).isTrue();
    }
    assertThat(json.get("accuracyInterval").isArray()).isTrue();
    assertThat(json.get("split").asText()).isEqualTo("test");
    assertThat(EvaluationReport.fromJson("x", report.toJson())).isEqualTo(report);
    assertThatThrownBy(() -> EvaluationReport.fromJson("x", report.toJson().substring(40)))
        .isInstanceOf(CorruptArtifactException.class)
        .hasMessageContaining("x is no evaluation");
  }

  private static List<Prediction> predictions(int count, int classes) {
    Random random = new Random(7);
    List<Prediction> predictions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] values = new float[classes];
      float sum = 0;
      for (int j = 0; j < classes; j++) {
        values[j] = (float) Math.exp(3 * random.nextGaussian());
        sum += values[j];
      }
      for (int j = 0; j < classes; j++) {
        values[j] /= sum;
      }
      predictions.add(new Prediction("id" + i, random.nextInt(classes), FloatVector.wrap(values)));
    }
    return predictions;
  }

  private static FloatVector vector(float... values) {
    return FloatVector.wrap(values);
  }

  private record Prediction(String id, int label, FloatVector probabilities) {
    void addTo(Evaluator evaluator) {
      evaluator.add(id, label, probabilities);
    }
  }
}
