package org.meanfield.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Each limit of the gate decides alone: of two challengers that differ in one figure, the one just
 * within its limit is promoted, and the one just beyond it is refused for that and nothing else.
 */
class PromotionCriteriaTest {
  private static final PromotionPolicy POLICY =
      new PromotionPolicy(
          List.of(
              new MinimumAccuracy(0.9),
              new ClassFloors(0.8, Map.of()),
              new CalibrationLimit(0.1),
              new ExportSizeLimit(2_000_000),
              new ExportLatencyLimit(1.5),
              new ExportAgreement(0.99),
              new NonInferiority(0.05, 0.05),
              new ClassRegressionLimit(0.05)));

  private static final Contender CHAMPION = allRight("a", 0.95f);

  @Test
  void calibration() {
    // Right every time: the error is what the confidence lacks to 1.
    decidesAlone("maximum-calibration-error", allRight("b", 0.905f), allRight("b", 0.895f));
  }

  @Test
  void sizeOfTheExport() {
    decidesAlone("maximum-export-bytes", ofBytes(2_000_000), ofBytes(2_000_001));
  }

  @Test
  void latencyOfTheExport() {
    decidesAlone("maximum-latency-milliseconds", ofLatency(1.5), ofLatency(1.501));
  }

  @Test
  void agreementOfExportAndModel() {
    decidesAlone("minimum-export-agreement", agreeing(0.99, 1000), agreeing(0.989, 1000));
  }

  @Test
  void anExportThatNobodyMeasuredShowsNothing() {
    decidesAlone("maximum-latency-milliseconds", ofLatency(1.0), ofLatency(null));
    decidesAlone("minimum-export-agreement", agreeing(1, 128), agreeing(1, 0));
  }

  private static void decidesAlone(String criterion, Contender within, Contender beyond) {
    PromotionDecision met = POLICY.decide(within, Optional.of(CHAMPION));
    assertThat(met.promotes()).as("%s", met.lines()).isTrue();
    PromotionDecision missed = POLICY.decide(beyond, Optional.of(CHAMPION));
    assertThat(missed.id()).as("%s", missed.lines()).isEqualTo("refuse");
    assertThat(missed.obstacles()).extracting(Finding::criterion).containsExactly(criterion);
  }

  private static Contender allRight(String name, float confidence) {
    boolean[] right = new boolean[300];
    Arrays.fill(right, true);
    return Contenders.confident(name, confidence, right);
  }

  private static Contender ofBytes(long bytes) {
    return exported(new ExportFigures(bytes, 1.0, 128, 1e-6, 1));
  }

  private static Contender ofLatency(Double milliseconds) {
    return exported(new ExportFigures(1000, milliseconds, 128, 1e-6, 1));
  }

  private static Contender agreeing(double share, int checkedImages) {
    return exported(new ExportFigures(1000, 1.0, checkedImages, 1e-6, share));
  }

  private static Contender exported(ExportFigures export) {
    Contender challenger = allRight("b", 0.95f);
    return new Contender(
        "b", challenger.evaluation(), challenger.predictions(), Optional.of(export));
  }
}
